"""Which sender a campaign uses for which country."""

from __future__ import annotations

from django.db.models import Case, Value, When

from sending.models import Campaign, SenderNumber, SenderPreferences

UNUSABLE = (SenderNumber.Verification.REJECTED, SenderNumber.Verification.RELEASED)


def by_country(campaign: Campaign) -> dict[str, SenderNumber]:
    """The sender for each country that has one; a country that is missing has none.

    The campaign's own sender serves its country. Otherwise the United States has the sender of the
    preferences, and every other country a verified sender of its own, or failing that any that is
    neither rejected nor released.
    """
    usable = SenderNumber.objects.filter(workspace_id=campaign.workspace_id).exclude(
        verification__in=UNUSABLE
    )
    chosen: dict[str, SenderNumber] = {}
    verified_last = Case(
        When(verification=SenderNumber.Verification.VERIFIED, then=Value(1)), default=Value(0)
    )
    for sender in usable.exclude(country="US").order_by(verified_last, "-id"):
        chosen[sender.country] = sender
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


def usable_senders(workspace_id: int) -> list[SenderNumber]:
    """What a campaign may name as its sender."""
    return list(
        SenderNumber.objects.filter(workspace_id=workspace_id)
        .exclude(verification__in=UNUSABLE)
        .order_by("country", "number")
    )
