"""Recipients that ask for a fault by their last seven digits, for a demonstration without the form.

| number ends in | what the carrier does |
|---|---|
| 555-9911 | refuses: invalid number (21211) |
| 555-9910 | refuses: opted out at the carrier (21610) |
| 555-9914 | refuses: not a mobile number (21614) |
| 555-9929 | answers "too many requests" (429) |
| 555-9950 | answers 500 and does not take the message |
| 555-9951 | takes the message and answers 500 |
| 555-9960 | takes the message and drops the connection |
| 555-9961 | takes the message and never answers |
| 555-9970 | answers after five seconds |
| 555-9903 | accepts, then undelivered: phone unreachable (30003) |
| 555-9905 | accepts, then undelivered: unknown number (30005) |
| 555-9907 | accepts, then undelivered: filtered (30007) |
| 555-9934 | accepts, then failed: sender not registered (30034) |
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Answer(StrEnum):
    """What happens instead of a plain 201; ``after`` means: once the message is in the log."""

    DROP = "drop"
    DROP_AFTER = "drop_after"
    ERROR = "error"
    ERROR_AFTER = "error_after"
    HANG = "hang"
    HANG_AFTER = "hang_after"


@dataclass(frozen=True, slots=True)
class Fate:
    """What is to happen to one message; the default is acceptance and delivery."""

    refuse: int = 0
    answer: Answer | None = None
    slow_seconds: float = 0.0


_PREFIX: Final = "555"
_FATES: Final[dict[str, Fate]] = {
    "9911": Fate(refuse=21211),
    "9910": Fate(refuse=21610),
    "9914": Fate(refuse=21614),
    "9929": Fate(refuse=20429),
    "9950": Fate(answer=Answer.ERROR),
    "9951": Fate(answer=Answer.ERROR_AFTER),
    "9960": Fate(answer=Answer.DROP_AFTER),
    "9961": Fate(answer=Answer.HANG_AFTER),
    "9970": Fate(slow_seconds=5.0),
}
_ENDINGS: Final[dict[str, tuple[str, int]]] = {
    "9903": ("undelivered", 30003),
    "9905": ("undelivered", 30005),
    "9907": ("undelivered", 30007),
    "9934": ("failed", 30034),
}


def fate(to: str) -> Fate:
    """What the recipient ``to`` asks for."""
    return _FATES.get(to[-4:], Fate()) if to[-7:-4] == _PREFIX else Fate()


def ending(to: str) -> tuple[str, int | None]:
    """The last status of a message to ``to``, and its error code."""
    if to[-7:-4] == _PREFIX and to[-4:] in _ENDINGS:
        return _ENDINGS[to[-4:]]
    return "delivered", None
