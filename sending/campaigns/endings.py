"""How a campaign ends: cancelled by a person, or with nothing left to send."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils import timezone

from sending.campaigns.progress import Progress, progress_of
from sending.campaigns.transition import move
from sending.models import Campaign, Message

Status = Campaign.Status
CHUNK = 5_000
# How long a request may spend on cancelling; the sweep does the rest.
PATIENCE_SECONDS = 2.0
SWEPT_AFTER_END = timedelta(days=2)


def cancel(*, campaign: Campaign) -> Progress:
    """Nothing more goes; what had gone before is in the answer. Raises `CampaignError`.

    What is on its way to the carrier at this moment still arrives there. A big audience's waiting
    messages are marked cancelled within the next beats; none of them can be claimed any more.
    """
    move(
        campaign,
        from_=(Status.DRAFT, Status.SCHEDULED, Status.SENDING, Status.PAUSED),
        to=Status.CANCELLED,
        finished_at=Now(),
    )
    _cancel_waiting(campaign.pk, until=time.monotonic() + PATIENCE_SECONDS)
    return progress_of(campaign)


def sweep_cancelled() -> int:
    """Cancel what still waits in campaigns cancelled lately; how many messages. For beat.

    There is some when the audience was big, when the canceller died, or when the carrier gave a
    message back (429) after the campaign had been cancelled.
    """
    waiting = Message.objects.filter(campaign=OuterRef("pk"), status=Message.Status.QUEUED)
    found = Campaign.objects.filter(
        Exists(waiting),
        status=Status.CANCELLED,
        finished_at__gte=timezone.now() - SWEPT_AFTER_END,
    )
    until = time.monotonic() + PATIENCE_SECONDS
    return sum(_cancel_waiting(pk, until=until) for pk in found.values_list("pk", flat=True))


def finish_if_done(campaign_id: int) -> bool:
    """Close a campaign whose messages are all made, none waiting or under way; whether it did."""
    left = Message.objects.filter(
        campaign_id=campaign_id, status__in=[Message.Status.QUEUED, Message.Status.SENDING]
    )
    return bool(
        Campaign.objects.filter(~Exists(left), pk=campaign_id, status=Status.SENDING)
        .filter(fanout_done=True)
        .update(status=Status.SENT, finished_at=Now())
    )


def _cancel_waiting(campaign_id: int, *, until: float) -> int:
    """Mark what waits as cancelled, a chunk per transaction; how many."""
    total = 0
    while True:
        chunk = (
            Message.objects.filter(campaign_id=campaign_id, status=Message.Status.QUEUED)
            .order_by("pk")
            .values("pk")[:CHUNK]
        )
        # What a worker has in hand at this moment is left for the next look: waiting for it with
        # other rows locked could end in a deadlock.
        with transaction.atomic():
            cancelled = Message.objects.filter(
                pk__in=chunk.select_for_update(skip_locked=True, no_key=True),
                status=Message.Status.QUEUED,
            ).update(status=Message.Status.CANCELLED, updated_at=Now())
        total += cancelled
        if time.monotonic() >= until or (cancelled == 0 and not chunk.exists()):
            return total
        if cancelled == 0:
            time.sleep(0.05)
