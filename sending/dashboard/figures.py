"""The figures, grouped in SQL and bounded by the index over workspace and time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection

from consent.models import ConsentState
from sending.models import Campaign, Message

if TYPE_CHECKING:
    from accounts.models import Workspace
    from sending.dashboard.ranges import Span

MOST_COUNTED = 100_000
RUNNING = 5

# A message counts where its fate was decided: at the carrier's acceptance, else at its last change.
# Those of a paused campaign may have been made long before, hence the two bounds.
_GROUPED = """
    SELECT date_trunc(%s, coalesce(accepted_at, updated_at), 'UTC'), status, reason, count(*)
    FROM sending_message
    WHERE workspace_id = %s AND created_at >= %s
      AND coalesce(accepted_at, updated_at) >= %s
      AND status NOT IN ('queued', 'sending', 'cancelled')
    GROUP BY 1, 2, 3
"""
_OLDEST_AT_WORK = """
    SELECT min(coalesce(started_at, created_at)) FROM sending_campaign
    WHERE workspace_id = %s AND status <> 'draft'
      AND (finished_at IS NULL OR finished_at >= %s)
"""


@dataclass(slots=True)
class Tally:
    """Counts per bucket: of each outcome but skipped, and of each reason for a skip."""

    outcomes: dict[datetime, Counter[str]] = field(default_factory=dict)
    skips: dict[datetime, Counter[str]] = field(default_factory=dict)

    def total(self) -> Counter[str]:
        return sum(self.outcomes.values(), Counter())

    def total_skips(self) -> Counter[str]:
        return sum(self.skips.values(), Counter())


# What a status means on the dashboard.
WENT, NOT_DELIVERED, REFUSED, UNKNOWN = "went", "not_delivered", "refused", "unknown"
_OUTCOMES = {
    "accepted": WENT,
    "sent": WENT,
    "delivered": WENT,
    "undelivered": NOT_DELIVERED,
    "failed": REFUSED,
    "unknown": UNKNOWN,
}


def tally(*, workspace: Workspace, span: Span, now: datetime) -> Tally:
    """What became of messages in each bucket of ``span``; ``now`` is aware."""
    buckets = span.buckets(now.astimezone(UTC))
    found = Tally({each: Counter() for each in buckets}, {each: Counter() for each in buckets})
    for bucket, status, reason, count in _grouped(workspace, span.unit, buckets[0]):
        if bucket not in found.outcomes:
            continue
        if status == Message.Status.SKIPPED:
            found.skips[bucket][reason] += count
        else:
            found.outcomes[bucket][_OUTCOMES[status]] += count
    return found


def _grouped(
    workspace: Workspace, unit: str, start: datetime
) -> list[tuple[datetime, str, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST_AT_WORK, [workspace.pk, start])
        oldest: datetime | None = cursor.fetchone()[0]
        # Messages outside campaigns are due within minutes; a day is plenty.
        since = min(start - timedelta(days=1), oldest or start)
        cursor.execute(_GROUPED, [unit, workspace.pk, since, start])
        rows: list[tuple[datetime, str, str, int]] = cursor.fetchall()
    return rows


@dataclass(frozen=True, slots=True)
class Capped:
    """A count that stops at `MOST_COUNTED`."""

    n: int

    def __str__(self) -> str:
        return f"{MOST_COUNTED:,}+" if self.n > MOST_COUNTED else f"{self.n:,}"

    def __bool__(self) -> bool:
        return self.n > 0


def opted_in(workspace: Workspace) -> Capped:
    """Contacts with consent to some purpose, counted up to the most."""
    states = ConsentState.objects.filter(
        workspace=workspace, status=ConsentState.Status.OPTED_IN
    ).values("contact")
    return Capped(states.order_by("contact").distinct()[: MOST_COUNTED + 1].count())


def unknown(workspace: Workspace) -> int:
    """Messages of unknown fate; a small partial index holds them all."""
    return Message.objects.filter(workspace=workspace, status=Message.Status.UNKNOWN).count()


def running(workspace: Workspace) -> list[Campaign]:
    """The newest campaigns that are under way, paused or scheduled."""
    status = Campaign.Status
    return list(
        Campaign.objects.filter(
            workspace=workspace, status__in=[status.SENDING, status.PAUSED, status.SCHEDULED]
        )[:RUNNING]
    )
