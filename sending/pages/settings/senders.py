"""Tab Sender preferences: which number is used where, and the numbers themselves."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.frame import actor_of, workspace_of
from accounts.guard import demand, requires
from accounts.reason import ReasonForm
from accounts.roles import Capability
from sending import preferences, senders
from sending.models import CarrierAccount, Message, SenderNumber
from sending.pages import shell
from sending.pages.settings import elsewhere, sections, tabs
from sending.pages.settings.forms import (
    SenderAddForm,
    SenderEditForm,
    UsSenderForm,
    senders_in_use,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

EDITING = Capability.SENDERS


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.READ)
def sender_preferences(request: HttpRequest) -> HttpResponse:
    workspace = workspace_of(request)
    row = preferences.ensure(workspace)
    form = UsSenderForm(workspace=workspace, initial={"us_sender": row.us_sender_id})
    if request.method == "POST":
        demand(request, EDITING)
        form = UsSenderForm(request.POST, workspace=workspace)
        if form.is_valid():
            try:
                preferences.set_us_sender(
                    workspace=workspace, sender=form.cleaned_data["us_sender"]
                )
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _("Saved. It holds from the next campaign on."))
                return tabs.to("preferences")
    context = {
        "form": form,
        "us_sender": row.us_sender,
        "numbers": senders_in_use(workspace).select_related("account").order_by("number"),
        "elsewhere": elsewhere.countries(workspace),
        "has_account": CarrierAccount.objects.filter(workspace=workspace).exists(),
        "sections": sections.shown(request),
    }
    return tabs.tab(request, "preferences", "preferences", EDITING, context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(EDITING)
def add_sender(request: HttpRequest) -> HttpResponse:
    workspace = workspace_of(request)
    form = SenderAddForm(shell.posted(request), workspace=workspace)
    if request.method == "POST" and form.is_valid():
        try:
            added = senders.add(workspace=workspace, actor=actor_of(request), **form.cleaned_data)
        except ValidationError as error:
            beside = {"number_does_not_fit": "number", "reason_required": "reason"}
            form.add_error(beside.get(error.code or ""), error)
        else:
            messages.success(request, _("%(number)s was added.") % {"number": added.number})
            return tabs.to("preferences")
    context = {"form": form, "heading": _("Add a sender number"), "button": _("Add number")}
    return tabs.tab(
        request, "preferences", "form", EDITING, {**context, "back": tabs.address("preferences")}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(EDITING)
def edit_sender(request: HttpRequest, sender_id: int) -> HttpResponse:
    workspace = workspace_of(request)
    sender = shell.own(request, SenderNumber, pk=sender_id)
    initial = {
        "account": sender.account_id,
        "verification": sender.verification,
        "rate": sender.rate,
    }
    form = SenderEditForm(shell.posted(request), workspace=workspace, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        who, why = actor_of(request), given["reason"]
        try:
            with transaction.atomic():
                senders.edit(
                    sender=sender,
                    account=given["account"],
                    verification=given["verification"],
                    actor=who,
                    reason=why,
                )
                preferences.set_rate(sender=sender, rate=given["rate"], actor=who, reason=why)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("%(number)s was saved.") % {"number": sender.number})
            return tabs.to("preferences")
    context = {
        "form": form,
        "heading": _("Edit %(number)s") % {"number": sender.number},
        "note": _("Number, kind and country never change: release it and add another."),
        "button": _("Save"),
        "back": tabs.address("preferences"),
    }
    return tabs.tab(request, "preferences", "form", EDITING, context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(EDITING)
def release_sender(request: HttpRequest, sender_id: int) -> HttpResponse:
    sender = shell.own(request, SenderNumber, pk=sender_id)
    form = ReasonForm(shell.posted(request))
    answer = tabs.changed(
        request,
        form,
        partial(senders.release, sender=sender),
        done=_("%(number)s was released.") % {"number": sender.number},
        name="preferences",
    )
    if answer is not None:
        return answer
    at_work = senders.campaigns_at_work(sender)
    return tabs.confirm(
        request,
        "preferences",
        EDITING,
        form=form,
        heading=_("Release %(number)s?") % {"number": sender.number},
        consequences=_after_release(sender),
        blockers=[
            _("The campaign “%(name)s” uses it: send, cancel or change it first.") % {"name": name}
            for name in at_work
        ],
        button=_("Release number"),
    )


def _after_release(sender: SenderNumber) -> list[str]:
    found = [
        _("Nothing is sent from this number any more, and replies to it no longer arrive."),
        _("It stays in past messages, and another workspace may then take it."),
    ]
    waiting = Message.objects.filter(
        sender=sender, status=Message.Status.QUEUED, campaign__isnull=True
    ).count()
    if waiting:
        found.append(
            ngettext("%(n)d message waits for it.", "%(n)d messages wait for it.", waiting)
            % {"n": waiting}
        )
    if preferences.ensure(sender.workspace).us_sender_id == sender.pk:
        found.append(_("It is the sender for the United States; there will be none until chosen."))
    return found
