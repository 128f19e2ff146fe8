"""The spans that the dashboard can show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Span:
    """``count`` buckets of an hour or a day in UTC, the last one still running."""

    key: str
    title: str | _StrPromise
    unit: str  # as PostgreSQL's date_trunc takes it
    count: int

    @property
    def step(self) -> timedelta:
        return timedelta(hours=1) if self.unit == "hour" else timedelta(days=1)

    def buckets(self, now: datetime) -> list[datetime]:
        """The beginnings of the buckets, oldest first; ``now`` in UTC lies in the last."""
        last = now.replace(minute=0, second=0, microsecond=0)
        if self.unit == "day":
            last = last.replace(hour=0)
        return [last - self.step * back for back in range(self.count - 1, -1, -1)]

    def label(self, bucket: datetime) -> str:
        return f"{bucket:%H:%M}" if self.unit == "hour" else f"{bucket:%d %b}"


SPANS = (
    Span("24h", _("24 hours"), "hour", 24),
    Span("7d", _("7 days"), "day", 7),
    Span("30d", _("30 days"), "day", 30),
)


def chosen(key: str | None) -> Span:
    """The span named ``key``; the shortest where there is none of that name."""
    return next((span for span in SPANS if span.key == key), SPANS[0])
