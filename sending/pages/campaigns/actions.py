"""What can be done to a campaign: each a POST, each one call of a service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseNotAllowed
from django.utils.translation import gettext as _

from accounts.roles import Capability
from sending.campaigns import drafts, endings, moves, preview
from sending.campaigns.errors import CampaignError, Problem
from sending.campaigns.progress import progress_of
from sending.models import Campaign
from sending.pages.campaigns.forms import ScheduleForm
from sending.pages.campaigns.frame import go, refuse, show, url

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from accounts.scoping import WorkspaceModelAdmin

Status = Campaign.Status


def act(
    admin: WorkspaceModelAdmin, request: HttpRequest, pk: int, *, what: str
) -> HttpResponseBase:
    """Do ``what`` and show where it leads; a refusal leads back with its sentence."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    campaign = admin.fetch(request, Capability.CAMPAIGNS, pk=pk)
    try:
        return ACTIONS[what](request, campaign)
    except CampaignError as error:
        campaign.refresh_from_db()
        was_open = campaign.status in (Status.DRAFT, Status.SCHEDULED)
        return refuse(request, error, "preflight" if was_open else "progress", campaign)


def _start(request: HttpRequest, campaign: Campaign) -> HttpResponseBase:
    _as_seen(request, campaign)
    moves.start(campaign=campaign)
    messages.success(request, _("The campaign is being sent."))
    return go("progress", campaign)


def _schedule(request: HttpRequest, campaign: Campaign) -> HttpResponseBase:
    _as_seen(request, campaign)
    form = ScheduleForm(request.POST)
    if not form.is_valid():
        problem = next(error for errors in form.errors.values() for error in errors)
        raise CampaignError("time_unreadable", problem)
    moves.schedule(campaign=campaign, at=form.cleaned_data["at"])
    messages.success(request, _("The campaign is scheduled."))
    return go("progress", campaign)


def _unschedule(request: HttpRequest, campaign: Campaign) -> HttpResponseBase:
    moves.unschedule(campaign=campaign)
    messages.success(request, _("The campaign is a draft again and will not go by itself."))
    return go("change", campaign)


def _pause(request: HttpRequest, campaign: Campaign) -> HttpResponseBase:
    progress = moves.pause(campaign=campaign)
    messages.success(
        request,
        _("Paused. %(went)s went, %(waiting)s are waiting.")
        % {"went": f"{progress.went:,}", "waiting": f"{progress.waiting:,}"},
    )
    return go("progress", campaign)


def _resume(request: HttpRequest, campaign: Campaign) -> HttpResponseBase:
    moves.resume(campaign=campaign)
    messages.success(request, _("The campaign goes on."))
    return go("progress", campaign)


def _copy(request: HttpRequest, campaign: Campaign) -> HttpResponseBase:
    author: Any = request.user
    copied = drafts.copy(campaign=campaign, created_by=author)
    messages.success(request, _("This is the copy, a draft."))
    return go("change", copied)


def _preview(request: HttpRequest, campaign: Campaign) -> HttpResponseBase:
    user: Any = request.user
    if "phone" in request.POST:
        preview.set_own_number(user=user, number=request.POST["phone"])
    preview.send_preview(campaign=campaign, user=user)
    messages.success(request, _("The preview is on its way to %s.") % user.phone)
    return go(
        "preflight" if campaign.status in (Status.DRAFT, Status.SCHEDULED) else "progress", campaign
    )


def _as_seen(request: HttpRequest, campaign: Campaign) -> None:
    """What is confirmed must be what was on the page."""
    if request.POST.get("seen") != drafts.fingerprint(campaign):
        raise CampaignError(Problem.CHANGED)


ACTIONS = {
    "start": _start,
    "schedule": _schedule,
    "unschedule": _unschedule,
    "pause": _pause,
    "resume": _resume,
    "copy": _copy,
    "preview": _preview,
}


def cancel(admin: WorkspaceModelAdmin, request: HttpRequest, pk: int) -> HttpResponseBase:
    """Asks with the counts, then cancels."""
    campaign = admin.fetch(request, Capability.CAMPAIGNS, pk=pk)
    if request.method == "POST":
        try:
            progress = endings.cancel(campaign=campaign)
        except CampaignError as error:
            return refuse(request, error, "progress", campaign)
        counts = {"went": f"{progress.went:,}", "not": f"{progress.total - progress.went:,}"}
        messages.success(request, _("Cancelled. %(went)s went, %(not)s did not.") % counts)
        return go("progress", campaign)
    if campaign.status in (Status.SENT, Status.CANCELLED):
        return go("progress", campaign)
    is_draft = campaign.status == Status.DRAFT
    context = {
        "title": _("Discard this draft?") if is_draft else _("Cancel this campaign?"),
        "campaign": campaign,
        "progress": progress_of(campaign),
        "back": url("progress", campaign),
    }
    return show(admin, request, "cancel.html", context)
