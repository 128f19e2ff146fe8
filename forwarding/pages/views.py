"""Set up, edit and delete, in the dialog of the section or as pages of their own.

A request of the dialog is told by htmx's header and gets a fragment; without JavaScript the same
addresses are pages.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.frame import actor_of
from accounts.guard import requires_on
from accounts.roles import Capability
from consent.numbering import national
from forwarding import rules
from forwarding.pages import section
from forwarding.pages.forms import DeleteForm, ForwardingForm
from forwarding.pages.lines import line_of
from forwarding.rules import Change, ChangedMeanwhileError
from sending.models import SenderNumber
from sending.pages import shell
from sending.pages.settings import tabs

if TYPE_CHECKING:
    from django.http import HttpRequest

EDITING = Capability.CALL_FORWARDING
# Tells the dialog's script that an answer belongs into the dialog; a log-in page does not.
FRAGMENT = "Tollgate-Fragment"


def sender_of(request: HttpRequest, sender_id: int) -> SenderNumber:
    return shell.own(request, SenderNumber, pk=sender_id)


@requires_on(sender_of, EDITING)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, sender: SenderNumber) -> HttpResponse:
    """Set up, or change, where calls to one number go."""
    try:
        rules.refuse_unless_available(sender)
    except ValidationError as error:
        return _dead_end(request, sender, error.messages[0])
    rule = rules.rule_of(sender)
    if request.method != "POST":
        given = {"destination": national(rule.destination) if rule else ""}
        form = ForwardingForm(initial={**given, "seen": rules.token_of(rule)})
        return _show_form(request, sender, form)
    form = ForwardingForm(request.POST)
    if not form.is_valid():
        return _show_form(request, sender, form, status=422)
    try:
        saved, change = rules.save(
            sender=sender,
            text=form.cleaned_data["destination"],
            seen=form.cleaned_data["seen"],
            actor=actor_of(request),
        )
    except ValidationError as error:
        form.add_error("destination", error)
        return _show_form(request, sender, form, status=422)
    except ChangedMeanwhileError as changed:
        again = ForwardingForm(
            initial={"destination": form.cleaned_data["destination"], "seen": changed.token}
        )
        return _show_form(request, sender, again, status=409, changed=changed)
    sentences = {
        Change.SET_UP: _("Calls to %(number)s are now forwarded to %(to)s."),
        Change.CHANGED: _("Calls to %(number)s now go to %(to)s."),
        Change.UNCHANGED: _("Calls to %(number)s already go to %(to)s; nothing was changed."),
    }
    names = {"number": national(sender.number), "to": national(saved.destination)}
    return _done(request, sender, sentences[change] % names)


@requires_on(sender_of, EDITING)
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, sender: SenderNumber) -> HttpResponse:
    """Ask, then forward calls to one number no more."""
    gone = _("Calls to %(number)s are not forwarded.") % {"number": national(sender.number)}
    form = DeleteForm(request.POST)
    rule = rules.rule_of(sender)
    if request.method != "POST" or not form.is_valid():
        if rule is None:
            return _done(request, sender, gone)
        return _show_delete(request, sender, DeleteForm(initial={"seen": rule.token}))
    try:
        rules.delete(sender=sender, seen=form.cleaned_data["seen"], actor=actor_of(request))
    except ChangedMeanwhileError as changed:
        again = DeleteForm(initial={"seen": changed.token})
        return _show_delete(request, sender, again, status=409, changed=changed)
    gone = _("Calls to %(number)s are no longer forwarded.") % {"number": national(sender.number)}
    return _done(request, sender, gone)


def _show_form(
    request: HttpRequest,
    sender: SenderNumber,
    form: ForwardingForm,
    *,
    status: int = 200,
    changed: ChangedMeanwhileError | None = None,
) -> HttpResponse:
    line = line_of(sender)
    context = {
        "form": form,
        "heading": _("Edit call forwarding") if line.rule else _("Set up call forwarding"),
        "button": _("Save"),
        **_conflict(changed),
    }
    return _show(request, "form", sender, context, status)


def _show_delete(
    request: HttpRequest,
    sender: SenderNumber,
    form: DeleteForm,
    *,
    status: int = 200,
    changed: ChangedMeanwhileError | None = None,
) -> HttpResponse:
    context = {"form": form, "heading": _("Delete call forwarding?"), **_conflict(changed)}
    return _show(request, "delete", sender, context, status)


def _dead_end(request: HttpRequest, sender: SenderNumber, why: str) -> HttpResponse:
    """A number that cannot forward: said as a page, with the way back."""
    context = {"heading": _("Call forwarding"), "why": why}
    return _show(request, "unavailable", sender, context, 409)


def _conflict(changed: ChangedMeanwhileError | None) -> dict[str, Any]:
    if changed is None:
        return {}
    now = national(changed.rule.destination) if changed.rule else ""
    return {"changed": True, "before": changed.before, "now": now}


def _show(
    request: HttpRequest, name: str, sender: SenderNumber, context: dict[str, Any], status: int
) -> HttpResponse:
    whole = {
        "line": line_of(sender),
        "back": back(),
        "name": name,
        "template": f"forwarding/_{name}.html",
        **context,
    }
    if in_dialog(request):
        html = render_to_string(whole["template"], {**whole, "in_dialog": True}, request)
        return HttpResponse(html, status=status, headers={FRAGMENT: name})
    answer = tabs.tab(request, "preferences", "../../forwarding/page", EDITING, whole)
    answer.status_code = status
    return answer


def _done(request: HttpRequest, sender: SenderNumber, sentence: str) -> HttpResponse:
    if not in_dialog(request):
        messages.success(request, sentence)
        return redirect(back())
    told = {"call-forwarding-done": {"sender": sender.pk, "sentence": sentence}}
    return HttpResponse(
        section.rows(request),
        headers={
            FRAGMENT: "rows",
            "HX-Retarget": "#call-forwarding-rows",
            "HX-Reswap": "outerHTML",
            "HX-Trigger-After-Settle": json.dumps(told),
        },
    )


def in_dialog(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def back() -> str:
    return f"{reverse('sms_settings:preferences')}#call-forwarding"
