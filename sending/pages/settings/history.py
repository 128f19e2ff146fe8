"""Tab History: every change of a setting, with the reasons from the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_http_methods

from accounts.frame import workspace_of
from accounts.guard import requires
from accounts.models import JournalEntry
from accounts.roles import Capability
from sending import setting_history
from sending.pages.settings import tabs

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

Kind = JournalEntry.Kind
KINDS = [Kind.STATE_LAW, Kind.SMART_SENDING, Kind.RATE, Kind.CARRIER, Kind.CALL_FORWARDING]
SHOWN = 100


@require_http_methods(["GET", "HEAD"])
@requires(Capability.READ)
def history(request: HttpRequest) -> HttpResponse:
    workspace = workspace_of(request)
    rows = JournalEntry.objects.filter(workspace=workspace, kind__in=KINDS)
    entries = rows.select_related("actor")[:SHOWN]
    changes = setting_history.changes(workspace=workspace, limit=SHOWN)
    return tabs.tab(
        request,
        "history",
        "history",
        Capability.READ,
        {"entries": entries, "changes": changes, "shown": SHOWN},
    )
