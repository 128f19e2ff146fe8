"""Tab State-law limits: what each law says, and the switches, each with a reason."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.frame import workspace_of
from accounts.guard import requires
from accounts.reason import ReasonForm
from accounts.roles import Capability
from sending import law_table, preferences
from sending.models import FrequencyLaw
from sending.pages import shell
from sending.pages.settings import affected, tabs

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_http_methods(["GET", "HEAD"])
@requires(Capability.READ)
def state_law(request: HttpRequest) -> HttpResponse:
    workspace = workspace_of(request)
    laws = law_table.in_words(workspace=workspace, day=timezone.localdate())
    return tabs.tab(
        request,
        "state_law",
        "state_law",
        Capability.STATE_LAW,
        {
            "on": preferences.ensure(workspace).state_law_limits,
            "default_laws": [law for law in laws if law.on_by_default],
            "optional_laws": [law for law in laws if not law.on_by_default],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.STATE_LAW)
def switch_all(request: HttpRequest, to: str) -> HttpResponse:
    """Switch every state-law limit ``on`` or ``off``, after a second yes."""
    workspace = workspace_of(request)
    on = to == "on"
    form = ReasonForm(shell.posted(request))
    answer = tabs.changed(
        request,
        form,
        partial(preferences.set_state_law_limits, workspace=workspace, on=on),
        done=_("State-law limits are on.") if on else _("State-law limits are off."),
        name="state_law",
    )
    if answer is not None:
        return answer
    laws = law_table.in_words(workspace=workspace, day=timezone.localdate())
    names = {law.code: law.state for law in laws if law.applied}
    states = ", ".join(names.values())
    first = (
        _("Nobody in %(states)s gets more promotional messages than the law allows any more.")
        if on
        else _(
            "People in %(states)s may then get more promotional messages than the law allows. "
            "The workspace answers for it."
        )
    ) % {"states": states}
    return tabs.confirm(
        request,
        "state_law",
        Capability.STATE_LAW,
        form=form,
        heading=_("Switch state-law limits on?") if on else _("Switch state-law limits off?"),
        consequences=[first, *affected.by_states(workspace, list(names))],
        button=_("Switch on") if on else _("Switch off"),
        danger=not on,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.STATE_LAW)
def choose_law(request: HttpRequest, law_id: int, to: str) -> HttpResponse:
    """Apply one recommended law, or no longer, after a second yes."""
    workspace = workspace_of(request)
    law = FrequencyLaw.objects.filter(pk=law_id, on_by_default=False).first()
    if law is None:
        raise Http404
    on = to == "on"
    form = ReasonForm(shell.posted(request))
    answer = tabs.changed(
        request,
        form,
        partial(preferences.set_law_choice, workspace=workspace, law=law, applied=on),
        done=_("Saved. It holds from the next message on."),
        name="state_law",
    )
    if answer is not None:
        return answer
    state = law_table.state_name(law.state)
    heading = _("Apply the limit of %(state)s?") if on else _("No longer apply that of %(state)s?")
    first = (
        _("People there get at most the number of promotional messages that the law allows.")
        if on
        else _("The law is in force. The workspace answers for messages beyond it.")
    )
    return tabs.confirm(
        request,
        "state_law",
        Capability.STATE_LAW,
        form=form,
        heading=heading % {"state": state},
        consequences=[first, *affected.by_states(workspace, [law.state])],
        button=_("Apply it") if on else _("Switch off"),
        danger=not on,
    )
