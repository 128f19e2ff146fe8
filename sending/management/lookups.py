"""Senders and campaigns that a command names; what is not there is answered with the nearest."""

from __future__ import annotations

from django.core.management.base import CommandError

from accounts.models import Workspace
from consent.management.lookups import SHOWN, nearest
from consent.numbering import NumberError, parse
from sending.campaigns.senders import usable_senders
from sending.models import Campaign, SenderNumber
from sending.senders import short_code


def sender_named(workspace: Workspace, number: str) -> SenderNumber:
    """By its number in any spelling, or a short code with or without its hyphen."""
    senders = usable_senders(workspace.pk)
    wanted = _as_stored(number)
    for sender in senders:
        if sender.number == wanted:
            return sender
    numbers = [sender.number for sender in senders]
    raise CommandError(
        f"Workspace {workspace.slug} has no sender {number}.{nearest(number, numbers)}"
    )


def _as_stored(number: str) -> str:
    """How `sending.senders` stores what ``number`` spells; ``number`` itself if it spells none."""
    code = short_code(number)
    if code:
        return code
    try:
        return parse(number).e164
    except NumberError:
        return number


def campaign_named(text: str) -> Campaign:
    """By its id, or by a name that one campaign alone has."""
    campaigns = Campaign.objects.select_related("workspace", "purpose")
    if text.isascii() and text.isdigit():
        found = campaigns.filter(pk=int(text)).first() if len(text) < 19 else None
        if found is None:
            raise CommandError(f"There is no campaign {text}.")
        return found
    named = list(campaigns.filter(name=text)[: SHOWN + 1])
    if len(named) > 1:
        ids = ", ".join(str(campaign.pk) for campaign in named[:SHOWN])
        raise CommandError(f"Several campaigns are called {text}; name one by its id: {ids}.")
    if not named:
        names = list(Campaign.objects.values_list("name", flat=True).distinct())
        raise CommandError(f"There is no campaign {text}.{nearest(text, names)}")
    return named[0]
