"""Calls a day by outcome: one statement, bounded by the index over workspace and time."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db.models import Count
from django.db.models.functions import TruncDay
from django.utils.translation import gettext as _

from forwarding.models import Call
from sending.dashboard import charts, ranges

if TYPE_CHECKING:
    from accounts.models import Workspace

SPAN = ranges.chosen("30d")
Outcome = Call.Outcome
# From the bottom of the bar to its top.
ORDER = (
    Outcome.ANSWERED,
    Outcome.NO_ANSWER,
    Outcome.BUSY,
    Outcome.FAILED,
    Outcome.CALLER_HUNG_UP,
    Outcome.PENDING,
    Outcome.NOT_FORWARDED,
)


def of(*, workspace: Workspace, now: datetime) -> charts.Chart:
    """The last thirty days of the whole workspace; ``now`` is aware."""
    names = {outcome.value: str(outcome.label) for outcome in ORDER}
    title = _("Calls a day in the last 30 days, whatever the list below is filtered by")
    return charts.by_bucket(title, counted(workspace=workspace, now=now), names, SPAN)


def counted(*, workspace: Workspace, now: datetime) -> dict[datetime, Counter[str]]:
    """Calls by outcome, of each day of `SPAN` in UTC."""
    days = SPAN.buckets(now.astimezone(UTC))
    found: dict[datetime, Counter[str]] = {day: Counter() for day in days}
    rows = (
        Call.objects.filter(
            workspace=workspace, received_at__gte=days[0], received_at__lt=days[-1] + SPAN.step
        )
        .annotate(day=TruncDay("received_at", tzinfo=UTC))
        .order_by()
        .values_list("day", "outcome")
        .annotate(calls=Count("pk"))
    )
    for day, outcome, calls in rows:
        found[day][outcome] = calls
    return found
