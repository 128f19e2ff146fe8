"""Who a campaign is for, before the gate has judged anyone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from consent.models import Contact
from sending.models import Campaign

if TYPE_CHECKING:
    from django.db.models import QuerySet


def contacts_of(campaign: Campaign) -> QuerySet[Contact]:
    """The audience: whoever has a consent state for the purpose, whatever it says, or everyone.

    Those who opted out are in it too, so that the campaign can tell that they were skipped and why.
    """
    contacts = Contact.objects.filter(workspace_id=campaign.workspace_id)
    if campaign.audience == Campaign.Audience.PURPOSE:
        contacts = contacts.filter(states__purpose_id=campaign.purpose_id)
    return contacts
