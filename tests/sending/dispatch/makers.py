"""A campaign on its way, for tests of the metronome."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from consent.models import Contact
from sending.campaigns import drafts, moves
from sending.campaigns.fanout import fan_out_chunk
from sending.models import Campaign, CarrierAccount, FrequencyWindow, Message, SenderPreferences
from tests.cast import Cast
from tests.simulator import Simulator

TEXT = "Spring sale: 20% off until Sunday."


def connect(cast: Cast, simulator: Simulator) -> None:
    """Point acme's carrier account at the simulator."""
    CarrierAccount.objects.filter(workspace=cast.acme).update(api_url=simulator.url)


def started(cast: Cast, *, body: str = TEXT, name: str = "Spring") -> Campaign:
    """A campaign to everyone of acme's offers, started and fanned out."""
    campaign = drafts.create(workspace=cast.acme, name=name, purpose=cast.offers, body=body)
    moves.start(campaign=campaign)
    while fan_out_chunk(campaign.pk):
        pass
    campaign.refresh_from_db()
    return campaign


def only_message(campaign: Campaign) -> Message:
    return Message.objects.get(campaign=campaign)


def smart_sending_off(cast: Cast) -> None:
    SenderPreferences.objects.filter(workspace=cast.acme).update(smart_sending=False)


def earlier(cast: Cast, contact: Contact, *hours_ago: float) -> list[datetime]:
    """Messages accepted so many hours ago, with the window that they make; newest last."""
    now = timezone.now()
    times = [now - timedelta(hours=hours) for hours in sorted(hours_ago, reverse=True)]
    for number, time in enumerate(times):
        past = Campaign.objects.create(
            workspace=cast.acme, name=f"Past {number}", purpose=cast.offers, body="Past"
        )
        Message.objects.create(
            workspace=cast.acme,
            campaign=past,
            contact=contact,
            sender=cast.sender,
            kind=Message.Kind.CAMPAIGN,
            status=Message.Status.DELIVERED,
            slot_at=time,
            accepted_at=time,
        )
    newest = [*reversed(times), None, None, None]
    FrequencyWindow.objects.update_or_create(
        contact=contact,
        defaults={"sent_1": newest[0], "sent_2": newest[1], "sent_3": newest[2]},
    )
    return times


def window(contact: Contact) -> tuple[datetime | None, ...]:
    row = FrequencyWindow.objects.get(contact=contact)
    return (row.sent_1, row.sent_2, row.sent_3)
