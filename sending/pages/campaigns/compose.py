"""Writing a campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils.translation import gettext as _

from accounts.current import current_workspace
from consent.models import Contact, Purpose
from sending.campaigns import drafts
from sending.campaigns.errors import CampaignError
from sending.campaigns.measure import measure
from sending.campaigns.senders import usable_senders
from sending.models import Campaign
from sending.pages.campaigns.forms import ComposeForm
from sending.pages.campaigns.frame import first_url, fragment, go, show, url
from sending.templating import VARIABLES

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from accounts.models import Workspace
    from accounts.scoping import WorkspaceModelAdmin

FIELDS = ("name", "purpose", "audience", "sender", "body")


def compose(
    admin: WorkspaceModelAdmin, request: HttpRequest, campaign: Campaign | None
) -> HttpResponseBase:
    """The composer, for a new campaign or a draft. The caller has checked the role."""
    workspace = campaign.workspace if campaign else current_workspace(request)
    if workspace is None:
        raise Http404
    initial = {name: getattr(campaign, name) for name in FIELDS} if campaign else {}
    form = ComposeForm(request.POST or None, workspace=workspace, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, workspace, campaign, form.cleaned_data)
        except CampaignError as error:
            form.add_error(_field_of(error.code), error.sentence)
        else:
            return _saved(request, saved)
    body = form["body"].value() or ""
    context = {
        "title": _("Edit campaign") if campaign else _("New campaign"),
        "form": form,
        "campaign": campaign,
        "measure": measure(body) if body.strip() else None,
        "variables": VARIABLES,
        "missing": _missing(workspace),
        "back": url("changelist"),
    }
    return show(admin, request, "compose.html", context, status=422 if form.errors else 200)


def measure_text(admin: WorkspaceModelAdmin, request: HttpRequest) -> HttpResponseBase:
    """The count and the phone for the text as typed so far."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    body = request.POST.get("body", "")
    return fragment(request, "_measure.html", {"measure": measure(body) if body.strip() else None})


def _save(
    request: HttpRequest, workspace: Workspace, campaign: Campaign | None, data: dict[str, Any]
) -> Campaign:
    content = {name: data[name] for name in FIELDS}
    if campaign is None:
        author: Any = request.user
        return drafts.create(workspace=workspace, created_by=author, **content)
    drafts.edit(campaign=campaign, **content)
    return campaign


def _saved(request: HttpRequest, campaign: Campaign) -> HttpResponseRedirect:
    if request.POST.get("then") == "preflight":
        return go("preflight", campaign)
    messages.success(request, _("Draft saved."))
    return go("change", campaign)


def _field_of(code: str) -> str | None:
    """The field that a refusal is about; None for the whole form."""
    if code.startswith("text_"):
        return "body"
    return {"name_empty": "name", "sender_unusable": "sender"}.get(code)


def _missing(workspace: Workspace) -> list[tuple[str, str, str]]:
    """What must be there before a campaign can go: (sentence, what to do, where)."""
    found = []
    if not Purpose.objects.filter(workspace=workspace).exists():
        sentence = _("There is no purpose yet. Consent is always for a purpose.")
        where = first_url("admin:consent_purpose_add", "admin:consent_purpose_changelist")
        found.append((sentence, _("Add a purpose"), where))
    if not usable_senders(workspace.pk):
        sentence = _("There is no sender number yet, so nothing can be sent.")
        where = first_url("sms_settings:preferences", "admin:sending_sendernumber_changelist")
        found.append((sentence, _("Set up a sender"), where))
    if not Contact.objects.filter(workspace=workspace).exists():
        sentence = _("There are no contacts yet. Import the people who opted in.")
        where = first_url("admin:consent_importjob_add", "admin:consent_importjob_changelist")
        found.append((sentence, _("Import opt-ins"), where))
    return found
