"""How a text is cut into the segments that a carrier sends and bills.

One character outside GSM-7 switches the whole text to UCS-2. A text of several segments loses room
to the header that joins them. Neither an escape pair nor a surrogate pair is ever cut in two: where
the second half would not fit, the whole character moves to the next segment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Encoding = Literal["GSM-7", "UCS-2"]

GSM_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each is sent as an escape and a second septet.
GSM_EXTENSION = "\f^{}\\[~]|€"

# Room in units (septets, UTF-16 code units): a text that fits in one segment, and each of several.
ROOM: dict[Encoding, tuple[int, int]] = {"GSM-7": (160, 153), "UCS-2": (70, 67)}

_NOT_GSM = re.compile(f"[^{re.escape(GSM_BASIC + GSM_EXTENSION)}]")
_EXTENDED = re.compile(f"[{re.escape(GSM_EXTENSION)}]")
_LAST_OF_BMP = 0xFFFF


@dataclass(frozen=True, slots=True)
class Segments:
    """``units`` is what the text takes up; ``left`` what still fits in its last segment."""

    encoding: Encoding
    units: int
    segments: int
    left: int


def count(text: str) -> Segments:
    """Encoding, size and number of segments of ``text`` as it leaves; an empty text has none."""
    if _NOT_GSM.search(text) is None:
        units = len(text) + len(_EXTENDED.findall(text))
        return _cut("GSM-7", text, units)
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return _cut("UCS-2", text, units)


def forcing_ucs2(text: str) -> tuple[str, ...]:
    """The characters of ``text`` that GSM-7 lacks, each once, in the order they come."""
    return tuple(dict.fromkeys(_NOT_GSM.findall(text)))


def _cut(encoding: Encoding, text: str, units: int) -> Segments:
    alone, joined = ROOM[encoding]
    if units <= alone:
        return Segments(encoding, units, 1 if units else 0, alone - units)
    if units == len(text):  # every character takes one unit, so nothing can straddle
        segments = -(-units // joined)
        return Segments(encoding, units, segments, segments * joined - units)
    segments, filled = 1, 0
    for cost in _costs(encoding, text):
        if filled + cost > joined:
            segments, filled = segments + 1, 0
        filled += cost
    return Segments(encoding, units, segments, joined - filled)


def _costs(encoding: Encoding, text: str) -> Iterable[int]:
    if encoding == "GSM-7":
        return (2 if character in GSM_EXTENSION else 1 for character in text)
    return (2 if ord(character) > _LAST_OF_BMP else 1 for character in text)
