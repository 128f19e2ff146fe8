"""Tab Smart Sending: the window, and off with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.guard import demand, requires
from accounts.roles import Capability
from sending import preferences
from sending.pages import shell
from sending.pages.settings import tabs
from sending.pages.settings.forms import SmartSendingForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.READ)
def smart_sending(request: HttpRequest) -> HttpResponse:
    workspace = shell.workspace_of(request)
    if request.method == "POST":
        demand(request, Capability.PREFERENCES)
        form = SmartSendingForm(request.POST)
        if form.is_valid():
            try:
                preferences.set_smart_sending(
                    workspace=workspace, actor=shell.actor(request), **form.cleaned_data
                )
            except ValidationError as error:
                form.add_error("reason" if error.code == "reason_required" else None, error)
            else:
                messages.success(request, _("Saved. It holds from the next message on."))
                return tabs.to("smart_sending")
    row = preferences.ensure(workspace)
    if request.method != "POST":
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
