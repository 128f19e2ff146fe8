"""The explain page. The number is posted, never part of an address: addresses end up in logs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.frame import show, workspace_of
from accounts.guard import requires
from accounts.roles import Capability
from consent.models import ConsentState, Contact
from sending import law_table
from sending.activity import words
from sending.gate.codes import sentence
from sending.gate.explain import explain
from sending.models import FrequencyLaw
from sending.pages import shell
from sending.pages.explain import picture
from sending.pages.explain.forms import ExplainForm

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from accounts.models import Workspace
    from sending.gate.explain import Explanation


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.READ)
def explain_number(request: HttpRequest) -> HttpResponse:
    """Asks on POST; ``?contact=<id>`` fills in the number of a contact of this workspace."""
    workspace = workspace_of(request)
    form = ExplainForm(
        shell.posted(request), workspace=workspace, initial=_initial(request, workspace)
    )
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        found = explain(
            workspace=workspace,
            number=given["number"],
            purpose=given["purpose"],
            at=given["at"],
        )
        context |= _answer(found) | {"purpose": given["purpose"]}
        context |= _consent(found, given["purpose"].pk)
    status = 422 if form.is_bound and form.errors else 200
    title = _("May we text this number?")
    return show(request, "sending/explain/explain.html", title, context, status)


def _initial(request: HttpRequest, workspace: Workspace) -> dict[str, str]:
    chosen = request.GET.get("contact", "")
    if not (chosen.isdecimal() and len(chosen) < 19):
        return {}
    contact = Contact.objects.filter(workspace=workspace, pk=int(chosen)).first()
    return {"number": contact.number} if contact else {}


@dataclass(frozen=True, slots=True)
class Verdict:
    """``tone`` is yes, wait or no: colour, icon and heading go by it."""

    tone: str
    icon: str
    heading: str
    detail: str
    next_ok_at: datetime | None


def _answer(found: Explanation) -> dict[str, Any]:
    also = [sentence(code) for code in found.limits_hit if code != found.code]
    return {
        "found": found,
        "verdict": _verdict(found),
        "also": also,
        "facts": words.facts(orjson.loads(found.facts.dump())),
        "policy": words.policy(found.policy.dump()),
        "picture": picture.of(found),
        "laws": _laws(found),
        "decisions": [(each, sentence(each.code)) for each in found.decisions],
        "messages_of": [(each, words.reason(each)) for each in found.messages],
    }


def _verdict(found: Explanation) -> Verdict:
    if found.allowed:
        return Verdict("yes", "check_circle", _("Yes, it may go"), found.sentence, None)
    if found.next_ok_at is not None:
        return Verdict("wait", "schedule", _("Not yet"), found.sentence, found.next_ok_at)
    return Verdict("no", "block", _("No"), found.sentence, None)


def _consent(found: Explanation, purpose_id: int) -> dict[str, Any]:
    if found.contact is None:
        return {"state": None}
    states = ConsentState.objects.select_related("record", "record__wording")
    return {"state": states.filter(contact=found.contact, purpose_id=purpose_id).first()}


def _laws(found: Explanation) -> list[tuple[str, str, str]]:
    """(state, rule, citation) of each law that binds the number at that moment."""
    citations = {
        (law.state, law.starts_on): law.citation
        for law in FrequencyLaw.objects.filter(state__in={each.state for each in found.limits})
    }
    return [
        (
            law_table.state_name(each.state),
            law_table.rule_in_words(cap=each.cap, hours=each.hours),
            citations.get((each.state, each.starts_on), ""),
        )
        for each in found.limits
    ]
