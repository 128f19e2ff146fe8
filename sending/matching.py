"""Which of the carrier's messages is which of ours, when ours lost their ids. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sending.carriers.outcome import Found


class Lost(NamedTuple):
    """A message that may have been posted between these two times, both included."""

    message_id: int
    earliest: datetime
    latest: datetime


def pair(lost: Sequence[Lost], found: Sequence[Found]) -> list[tuple[Lost, Found]]:
    """Each lost message with its own, in order of time; none at all unless every one fits.

    All have the same sender, recipient and text. As many must have been found as were lost: with
    one fewer nobody can tell which of them never left, and with one more something else did.
    """
    if len(lost) != len(found):
        return []
    pairs = list(
        zip(
            sorted(lost, key=lambda one: (one.earliest, one.message_id)),
            sorted(found, key=lambda one: (one.created_at, one.sid)),
            strict=True,
        )
    )
    fits = all(ours.earliest <= theirs.created_at <= ours.latest for ours, theirs in pairs)
    return pairs if fits else []
