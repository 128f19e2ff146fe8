"""Which sender a campaign uses for which country."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Case, Value, When

from sending.models import Campaign, SenderNumber, SenderPreferences

if TYPE_CHECKING:
    from django.db.models import QuerySet

UNUSABLE = (SenderNumber.Verification.REJECTED, SenderNumber.Verification.RELEASED)


def by_country(campaign: Campaign) -> dict[str, SenderNumber]:
    """The sender for each country that has one; a country that is missing has none.

    The campaign's own sender serves its country. Otherwise the United States has the sender of the
    preferences, and every other country one of its own (`elsewhere`).
    """
    chosen = elsewhere(campaign.workspace_id)
    usable = _usable(campaign.workspace_id)
    preferred = SenderPreferences.objects.filter(workspace_id=campaign.workspace_id)
    us_sender = usable.filter(pk__in=preferred.values("us_sender")).first()
    if us_sender is not None:
        chosen["US"] = us_sender
    if campaign.sender_id:
        # A sender that was chosen is never replaced by another: without it the gate refuses.
        named = SenderNumber.objects.get(pk=campaign.sender_id, workspace_id=campaign.workspace_id)
        chosen.pop(named.country, None)
        if named.verification not in UNUSABLE:
            chosen[named.country] = named
    return chosen


def elsewhere(workspace_id: int) -> dict[str, SenderNumber]:
    """The sender of each country but the United States, where a campaign names none.

    Of a country's verified numbers the first that was added; without any, the first of those that
    are neither rejected nor released.
    """
    verified_last = Case(
        When(verification=SenderNumber.Verification.VERIFIED, then=Value(1)), default=Value(0)
    )
    senders = _usable(workspace_id).exclude(country="US").order_by(verified_last, "-id")
    return {sender.country: sender for sender in senders}


def _usable(workspace_id: int) -> QuerySet[SenderNumber]:
    senders = SenderNumber.objects.filter(workspace_id=workspace_id)
    return senders.exclude(verification__in=UNUSABLE)


def usable_senders(workspace_id: int) -> list[SenderNumber]:
    """What a campaign may name as its sender."""
    return list(_usable(workspace_id).order_by("country", "number"))
