"""Rows that a command names; what is not there is answered with the nearest names."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from django.core.management.base import CommandError

from accounts.models import Workspace
from consent.models import Purpose
from consent.numbering import NumberError, parse
from sending.campaigns.senders import usable_senders
from sending.models import Campaign, SenderNumber
from sending.senders import short_code

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 5


def workspace_named(slug: str) -> Workspace:
    found = Workspace.objects.filter(slug=slug).first()
    if found is None:
        slugs = list(Workspace.objects.order_by("slug").values_list("slug", flat=True))
        raise CommandError(f"There is no workspace {slug}.{_nearest(slug, slugs)}")
    return found


def purpose_named(workspace: Workspace, name: str) -> Purpose:
    purposes = Purpose.objects.filter(workspace=workspace)
    found = purposes.filter(name__iexact=name).first()
    if found is None:
        names = list(purposes.order_by("name").values_list("name", flat=True))
        raise CommandError(
            f"Workspace {workspace.slug} has no purpose {name}.{_nearest(name, names)}"
        )
    return found


def sender_named(workspace: Workspace, number: str) -> SenderNumber:
    """By its number in any spelling, or a short code with or without its hyphen."""
    senders = usable_senders(workspace.pk)
    wanted = _as_stored(number)
    for sender in senders:
        if sender.number == wanted:
            return sender
    numbers = [sender.number for sender in senders]
    raise CommandError(
        f"Workspace {workspace.slug} has no sender {number}.{_nearest(number, numbers)}"
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
        raise CommandError(f"There is no campaign {text}.{_nearest(text, names)}")
    return named[0]


def _nearest(wanted: str, names: Sequence[str]) -> str:
    """The nearest names, else what there is, else that there is nothing; as a sentence."""
    if not names:
        return " There is none yet."
    by_lower = {name.lower(): name for name in names}
    close = get_close_matches(wanted.lower(), list(by_lower), n=SHOWN, cutoff=0.5)
    shown = [by_lower[name] for name in close] or list(names)[:SHOWN]
    return f" {'Nearest' if close else 'There are'}: {', '.join(shown)}."
