"""A campaign's own page: what it is, how far it is, and how it ended."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.current import user_may
from accounts.roles import Capability
from sending.campaigns.measure import measure
from sending.campaigns.progress import Progress, progress_of
from sending.gate.codes import sentence
from sending.models import Campaign, Message
from sending.pages.campaigns.frame import first_url, fragment, show, url

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from accounts.scoping import WorkspaceModelAdmin

Status = Campaign.Status
AT_WORK = (Status.SENDING, Status.PAUSED)
OVER = (Status.SENT, Status.CANCELLED)
# Each new second counts this much; the rest is what was known before.
FRESH = 0.25


@dataclass(frozen=True, slots=True)
class Pace:
    """Decided messages per second, measured from poll to poll; ``left`` is the time to the end.

    ``still`` is for how many seconds nothing has moved; ``query`` is for the next poll.
    """

    rate: float
    left: timedelta | None
    still: float
    query: str


def progress_page(admin: WorkspaceModelAdmin, request: HttpRequest, pk: int) -> HttpResponseBase:
    campaign = admin.fetch(request, pk=pk)
    context = {
        **_live(request, campaign),
        "title": campaign.name,
        "measure": measure(campaign.body),
        "back": url("changelist"),
        "may_preview": campaign.status in (Status.DRAFT, Status.SCHEDULED),
        "reasons": _reasons(campaign) if campaign.status in OVER else [],
        "activity": first_url("admin:sending_message_changelist"),
    }
    return show(admin, request, "progress.html", context)


def progress_live(admin: WorkspaceModelAdmin, request: HttpRequest, pk: int) -> HttpResponseBase:
    """The counts alone, asked for every second while the campaign is at work."""
    campaign = admin.fetch(request, pk=pk)
    context = _live(request, campaign)
    context["may_write"] = user_may(request, Capability.CAMPAIGNS)
    response = fragment(request, "_live.html", context)
    if campaign.status in OVER:
        # The page as a whole looks different once it is over.
        response.headers["HX-Refresh"] = "true"
    return response


def _live(request: HttpRequest, campaign: Campaign) -> dict[str, object]:
    progress = progress_of(campaign)
    return {
        "campaign": campaign,
        "progress": progress,
        "pace": pace(request, progress, time.time()),
        "polls": campaign.status in AT_WORK,
        "over": campaign.status in OVER,
    }


def pace(request: HttpRequest, progress: Progress, now: float) -> Pace:
    """The rate since the last poll, smoothed; the browser carries the last poll's figures.

    They only show on that browser's own page, so they need not be trusted.
    """
    try:
        at, done, rate, still = (
            float(request.GET[name]) for name in ("at", "done", "rate", "still")
        )
        seconds = now - at
    except (KeyError, ValueError):
        seconds = done = rate = still = 0.0
    if 0 < seconds < 60 and 0 <= done <= progress.done and 0 <= still < 10**6:
        fresh = (progress.done - done) / seconds
        rate = fresh if not rate > 0 else rate + FRESH * (fresh - rate)
        still = 0.0 if fresh else still + seconds
    else:
        rate = still = 0.0
    left = None
    if rate > 0.01 and progress.waiting:
        left = timedelta(seconds=min(round(progress.waiting / rate), 10**9))
    figures = {"at": f"{now:.3f}", "done": progress.done, "rate": f"{rate:.4f}"}
    return Pace(rate, left, still, query=urlencode(figures | {"still": f"{still:.1f}"}))


def _reasons(campaign: Campaign) -> list[tuple[str, int]]:
    """Why messages did not go: sentence and number, most frequent first."""
    rows = (
        Message.objects.filter(campaign=campaign, status=Message.Status.SKIPPED)
        .order_by()
        .values_list("reason")
        .annotate(number=Count("pk"))
    )
    ranked = sorted(rows, key=lambda row: -row[1])
    return [(sentence(reason) if reason else _("Unknown."), number) for reason, number in ranked]
