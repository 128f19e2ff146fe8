"""How long to wait after the carrier said "too many requests", or could not be reached."""

from __future__ import annotations

import random

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 60.0


class Backoff:
    """Doubles the pause with every round of refusals, and starts anew after a success.

    A hundred requests under way that are all refused are one round, not a hundred: a round lasts
    until its pause is over. Times are seconds of any clock that never runs backwards.
    """

    def __init__(self, first: float = FIRST_SECONDS) -> None:
        self._first = first
        self._pause = 0.0
        self._until = 0.0

    def refused(self, now: float) -> float:
        """Seconds to wait from ``now``; up to a quarter more, so that not all come back at once."""
        if now >= self._until:
            self._pause = min(max(self._pause * 2, self._first), LONGEST_SECONDS)
            self._until = now + self._pause
        return (self._until - now) * random.uniform(1.0, 1.25)  # noqa: S311

    def accepted(self, now: float) -> None:
        """An acceptance ends the doubling, unless it was merely under way when the pause began."""
        if now >= self._until:
            self._pause = 0.0
