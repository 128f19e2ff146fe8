"""Whom a switch of the gate concerns: said before anyone switches it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consent.models import ConsentState, Contact
from sending.models import Campaign
from sending.senders import AT_WORK

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import Workspace

MOST_COUNTED = 100_000


def by_states(workspace: Workspace, states: list[str]) -> list[str]:
    """How many contacts have an area code of ``states``, and how many of them opted in."""
    people, shown = _counted(Contact.objects.filter(workspace=workspace, state__in=states))
    there = ngettext(
        "%(n)s contact has an area code there.", "%(n)s contacts have an area code there.", people
    ) % {"n": shown}
    willing, shown = _counted(_opted_in(workspace).filter(contact__state__in=states))
    opted_in = ngettext("%(n)s of them opted in.", "%(n)s of them opted in.", willing)
    return [there, opted_in % {"n": shown}, at_work(workspace)]


def by_smart_sending(workspace: Workspace, *, hours: int) -> list[str]:
    """How many opted in, and how many the window of ``hours`` keeps a message from just now."""
    since = timezone.now() - timedelta(hours=hours)
    spared, shown = _counted(
        Contact.objects.filter(workspace=workspace, frequency_window__sent_1__gt=since)
    )
    window = ngettext("%(h)d hour", "%(h)d hours", hours) % {"h": hours}
    held = ngettext(
        "%(n)s contact got a promotional message within the last %(window)s.",
        "%(n)s contacts got a promotional message within the last %(window)s.",
        spared,
    ) % {"n": shown, "window": window}
    willing, shown = _counted(_opted_in(workspace))
    opted_in = ngettext(
        "%(n)s contact of the workspace opted in.",
        "%(n)s contacts of the workspace opted in.",
        willing,
    )
    return [held, opted_in % {"n": shown}, at_work(workspace)]


def at_work(workspace: Workspace) -> str:
    campaigns = Campaign.objects.filter(workspace=workspace, status__in=AT_WORK).count()
    return ngettext(
        "%(n)d campaign is scheduled or under way, and follows at once.",
        "%(n)d campaigns are scheduled or under way, and follow at once.",
        campaigns,
    ) % {"n": campaigns}


def _opted_in(workspace: Workspace) -> QuerySet[ConsentState, Any]:
    """The contacts who opted in to some purpose, each once."""
    states = ConsentState.objects.filter(workspace=workspace, status=ConsentState.Status.OPTED_IN)
    return states.order_by().values("contact_id").distinct()


def _counted(rows: QuerySet[Any, Any]) -> tuple[int, str]:
    """The number of rows, and as text; counting stops at a hundred thousand."""
    found = rows[: MOST_COUNTED + 1].count()
    if found > MOST_COUNTED:
        return found, _("More than %(n)s") % {"n": f"{MOST_COUNTED:,}"}
    return found, f"{found:,}"
