"""The last 24 hours of one number on a line: where its promotional messages lie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sending.gate.explain import Explanation

DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Point:
    """One message; ``x`` in percent of the line. ``counts``: not older than 24 hours."""

    at: datetime
    x: float
    counts: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """All positions in percent, the moment asked about at 100.

    ``window_from`` is where the Smart Sending window begins; None while it is off.
    """

    points: list[Point]
    ticks: list[tuple[float, str]]
    window_from: float | None

    @property
    def drawn(self) -> list[Point]:
        return [point for point in self.points if point.counts]


def of(explanation: Explanation) -> Picture:
    now = explanation.at
    points = [
        Point(sent, _x(now, sent), counts=sent >= now - DAY)
        for sent in explanation.facts.sent or ()
    ]
    ticks = [
        (_x(now, now - timedelta(hours=back)), f"{now - timedelta(hours=back):%H:%M}")
        for back in range(24, -1, -6)
    ]
    window = explanation.policy.smart_window
    return Picture(points, ticks, None if window is None else _x(now, now - min(window, DAY)))


def _x(now: datetime, moment: datetime) -> float:
    """A message still under way, whose time lies ahead, is at the right edge."""
    return round(100 - 100 * min(max((now - moment) / DAY, 0.0), 1.0), 2)
