"""What a text will be: its segments, how it reads on a phone, and what makes it dearer."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from sending.campaigns.drafts import normalised
from sending.segments import Segments, count, forcing_ucs2
from sending.templating import VARIABLES, BadTextError, compile_body

if TYPE_CHECKING:
    from collections.abc import Mapping

# What word processors write, and what a phone keyboard writes for the same thing.
PLAIN = {
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "„": '"',
    "–": "-",
    "—": "-",
    "…": "...",
    "\u00a0": " ",
    "\u202f": " ",
    "•": "*",
    "ç": "Ç",
}


@dataclass(frozen=True, slots=True)
class Costly:
    """A character that switches the text to UCS-2; ``instead`` is empty where nothing is alike."""

    character: str
    name: str
    instead: str


@dataclass(frozen=True, slots=True)
class Measure:
    """``problem`` is a sentence, and empty for a text that can be sent; ``text`` is the sample."""

    text: str
    segments: Segments
    problem: str
    is_personal: bool
    costly: tuple[Costly, ...]

    @property
    def pieces(self) -> int:
        return self.segments.segments


def measure(body: str, *, values: Mapping[str, str] = VARIABLES) -> Measure:
    """Count ``body`` as a contact with ``values`` gets it; a bad text is counted as typed."""
    body = normalised(body)
    text, problem, is_personal = body, "", False
    try:
        template = compile_body(body)
        is_personal = not template.is_constant
        text = template.render(**values)
    except ValidationError as error:
        problem = error.messages[0]
    except BadTextError as error:
        problem = error.sentence
    return Measure(
        text=text,
        segments=count(text),
        problem=problem,
        is_personal=is_personal,
        costly=tuple(
            Costly(each, unicodedata.name(each, "").capitalize(), PLAIN.get(each, ""))
            for each in forcing_ucs2(text)
        ),
    )
