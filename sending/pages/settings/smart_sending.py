"""Tab Smart Sending: the window, and off with a reason."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.frame import actor_of, workspace_of
from accounts.guard import demand, requires
from accounts.roles import Capability
from sending import preferences
from sending.models import SenderPreferences
from sending.pages.settings import affected, tabs
from sending.pages.settings.forms import LooserForm, SmartSendingForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

DONE = gettext_lazy("Saved. It holds from the next message on.")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.READ)
def smart_sending(request: HttpRequest) -> HttpResponse:
    workspace = workspace_of(request)
    row = preferences.ensure(workspace)
    if request.method == "POST":
        demand(request, Capability.PREFERENCES)
        form = SmartSendingForm(request.POST)
        if form.is_valid():
            return _set(request, row, **form.cleaned_data)
    else:
        form = SmartSendingForm(
            initial={"on": "1" if row.smart_sending else "0", "hours": row.smart_sending_hours}
        )
    window = preferences.smart_sending_in_words(on=True, hours=row.smart_sending_hours)
    return tabs.tab(
        request,
        "smart_sending",
        "smart_sending",
        Capability.PREFERENCES,
        {"form": form, "row": row, "window": window},
    )


def _set(request: HttpRequest, row: SenderPreferences, *, on: bool, hours: int) -> HttpResponse:
    """Stricter at once; what lets more through after a second yes, with what it means."""
    if not preferences.is_looser(row, on=on, hours=hours):
        try:
            preferences.set_smart_sending(
                workspace=row.workspace, on=on, hours=hours, actor=actor_of(request), reason=""
            )
        except ValidationError:
            # Somebody made it stricter a moment ago, so that this is looser now: ask.
            row.refresh_from_db()
        else:
            messages.success(request, DONE)
            return tabs.to("smart_sending")
    form = LooserForm(
        request.POST if "confirmed" in request.POST else None,
        initial={"on": "1" if on else "0", "hours": hours},
    )
    change = partial(preferences.set_smart_sending, workspace=row.workspace, on=on, hours=hours)
    answer = tabs.changed(request, form, change, done=str(DONE), name="smart_sending")
    if answer is not None:
        return answer
    return tabs.confirm(
        request,
        "smart_sending",
        Capability.PREFERENCES,
        form=form,
        heading=_("Switch Smart Sending off?") if not on else _("Make the window shorter?"),
        consequences=[
            _meaning(row, on=on, hours=hours),
            *affected.by_smart_sending(row.workspace, hours=row.smart_sending_hours),
        ],
        button=_("Switch off") if not on else _("Make it shorter"),
    )


def _meaning(row: SenderPreferences, *, on: bool, hours: int) -> str:
    if not on:
        return _(
            "The same person may then get one promotional message right after another. "
            "Only state-law limits keep messages apart."
        )
    words = preferences.smart_sending_in_words
    return _(
        "The same person may then get the next promotional message after %(new)s, not %(old)s."
    ) % {
        "new": words(on=True, hours=hours),
        "old": words(on=True, hours=row.smart_sending_hours),
    }
