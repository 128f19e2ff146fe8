"""How far a campaign is: counts only, cheap enough to ask every second."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count

from sending.models import Campaign, Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Status = Message.Status
# What the carrier has, or may have.
WENT = (Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.UNDELIVERED)


@dataclass(frozen=True, slots=True)
class Progress:
    """``counts`` has messages per status; ``total`` is the audience, messages made or not."""

    counts: Mapping[str, int] = field(default_factory=dict)
    total: int = 0
    fanout_done: bool = False

    def of(self, *statuses: str) -> int:
        return sum(self.counts.get(status, 0) for status in statuses)

    @property
    def made(self) -> int:
        return sum(self.counts.values())

    @property
    def went(self) -> int:
        """Taken over by the carrier, whatever became of them there."""
        return self.of(*WENT)

    @property
    def delivered(self) -> int:
        """Of those that went, what the carrier says has arrived."""
        return self.of(Status.DELIVERED)

    @property
    def under_way(self) -> int:
        return self.of(Status.SENDING)

    @property
    def skipped(self) -> int:
        return self.of(Status.SKIPPED)

    @property
    def failed(self) -> int:
        return self.of(Status.FAILED)

    @property
    def unknown(self) -> int:
        return self.of(Status.UNKNOWN)

    @property
    def waiting(self) -> int:
        """Not yet judged: queued, or not even made into a message."""
        return self.of(Status.QUEUED) + max(self.total - self.made, 0)

    @property
    def cancelled(self) -> int:
        return self.of(Status.CANCELLED)

    @property
    def done(self) -> int:
        """Judged and, where it may go, handed to the carrier; what was cancelled never was."""
        return self.total - self.waiting - self.under_way - self.cancelled

    @property
    def percent(self) -> int:
        """Whole percent of the audience that is done, rounded down."""
        return self.done * 100 // self.total if self.total else 0


def progress_of(campaign: Campaign) -> Progress:
    return progress_by_campaign([campaign])[campaign.pk]


def progress_by_campaign(campaigns: Iterable[Campaign]) -> dict[int, Progress]:
    """The progress of each of ``campaigns``, in one query."""
    found = {campaign.pk: campaign for campaign in campaigns}
    counts: defaultdict[int, dict[str, int]] = defaultdict(dict)
    rows = (
        Message.objects.filter(campaign_id__in=found)
        .order_by()
        .values_list("campaign_id", "status")
        .annotate(number=Count("pk"))
    )
    for campaign_id, status, number in rows:
        if campaign_id is not None:
            counts[campaign_id][status] = number
    return {
        pk: Progress(
            counts=dict(counts[pk]),
            total=max(campaign.audience_size, sum(counts[pk].values())),
            fanout_done=campaign.fanout_done,
        )
        for pk, campaign in found.items()
    }
