"""The log of calls in the admin: a list to read, the page of one call, and the export.

Everyone of the workspace reads it. Callers stand whole only for who may set up call forwarding;
whoever may not has no search by number either, nor any look-up in an address that would tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from accounts import scope
from accounts.current import current_workspace
from accounts.frame import show, workspace_of
from accounts.roles import Capability
from accounts.scoping import WorkspaceModelAdmin, requires
from consent.numbering import is_withheld
from consent.pages.downloads import csv_response
from consent.paging import CappedPaginator
from forwarding.admin import filters
from forwarding.call_log import callers, chart, export, timeline, words
from forwarding.models import Call
from forwarding.words import sentence
from sending.pages import shell

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, StreamingHttpResponse
    from django.urls import URLPattern

DECISIONS = {Call.Decision.FORWARD.value: "success", Call.Decision.RING.value: "default"}
OUTCOMES = {
    Call.Outcome.PENDING.value: "info",
    Call.Outcome.ANSWERED.value: "success",
    Call.Outcome.BUSY.value: "warning",
    Call.Outcome.NO_ANSWER.value: "warning",
    Call.Outcome.FAILED.value: "danger",
    Call.Outcome.CALLER_HUNG_UP.value: "warning",
    Call.Outcome.NOT_FORWARDED.value: "default",
}


@admin.register(Call)
class CallAdmin(WorkspaceModelAdmin):
    list_display = [
        "came_in",
        "masked_caller",
        "called_number",
        "decided",
        "why",
        "forwarded_to",
        "ended_how",
        "length",
    ]
    list_filter = [
        filters.ReceivedFilter,
        "decision",
        "outcome",
        filters.ReasonFilter,
        filters.CalledNumberFilter,
    ]
    # For the column that platform staff see.
    list_select_related = ["workspace"]
    list_per_page = 50
    list_fullwidth = True
    change_list_template = "forwarding/call_log/list.html"
    list_before_template = "forwarding/call_log/before_list.html"
    # The index gives this order; any other would sort the whole log, and one by caller would tell.
    ordering = ["-received_at", "-id"]
    sortable_by = ()
    paginator = CappedPaginator
    search_help_text = gettext_lazy("A caller's whole number, in any spelling")
    list_filter_submit = False
    actions = None
    # A count for each choice of each filter would read the whole table many times over.
    show_facets = admin.ShowFacets.NEVER

    def get_queryset(self, request: HttpRequest) -> QuerySet[Call]:
        """Only the current workspace's, for staff too: the index begins with the workspace."""
        return scope.narrow(super().get_queryset(request), scope.current_id(request))

    # --- whole numbers ------------------------------------------------------------------------
    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = super().get_list_display(request)
        whole = callers.sees_whole(request)
        return ["whole_caller" if whole and c == "masked_caller" else c for c in columns]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return ["caller"] if callers.sees_whole(request) else []

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Call], search_term: str
    ) -> tuple[QuerySet[Call], bool]:
        if not search_term.strip():
            return queryset, False
        if not callers.sees_whole(request):
            return queryset.none(), False
        caller = callers.spelt(search_term)
        if caller is None:
            messages.warning(request, _("Search for a whole number, such as (239) 555-0123."))
            return queryset.none(), False
        return queryset.filter(caller=caller), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Not ``?caller__startswith=``, by which a masked number could be guessed bit by bit."""
        if "caller" in lookup.split("__") and not callers.sees_whole(request):
            return False
        allowed: bool = super().lookup_allowed(lookup, value, request)
        return allowed

    # --- columns ------------------------------------------------------------------------------
    @admin.display(description=gettext_lazy("received (UTC)"))
    def came_in(self, call: Call) -> str:
        return f"{call.received_at:%Y-%m-%d %H:%M}"

    @admin.display(description=gettext_lazy("caller"))
    def masked_caller(self, call: Call) -> str:
        return callers.shown(call.caller, whole=False)

    @admin.display(description=gettext_lazy("caller"))
    def whole_caller(self, call: Call) -> str:
        return callers.shown(call.caller, whole=True)

    @admin.display(description=gettext_lazy("called number"))
    def called_number(self, call: Call) -> str | None:
        return call.called or None

    @display(description=gettext_lazy("decision"), label=DECISIONS)  # type: ignore[untyped-decorator]
    def decided(self, call: Call) -> tuple[str, str]:
        return call.decision, call.get_decision_display()

    @admin.display(description=gettext_lazy("reason"))
    def why(self, call: Call) -> str:
        return sentence(call.reason)

    @admin.display(description=gettext_lazy("forwarded to"))
    def forwarded_to(self, call: Call) -> str | None:
        return call.destination or None

    @display(description=gettext_lazy("outcome"), label=OUTCOMES)  # type: ignore[untyped-decorator]
    def ended_how(self, call: Call) -> tuple[str, str] | None:
        # Where nothing was forwarded the decision has said so.
        forwarded = call.decision == Call.Decision.FORWARD
        return (call.outcome, call.get_outcome_display()) if forwarded else None

    @admin.display(description=gettext_lazy("minutes"))
    def length(self, call: Call) -> str | None:
        return words.length(call.seconds) or None

    # --- pages --------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        own: list[URLPattern] = [
            self.page("export/", self.export, "export", Capability.CALL_FORWARDING)
        ]
        return own + list(super().get_urls())

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        link = reverse("admin:forwarding_call_export")
        workspace = current_workspace(request)
        extra = {
            "title": _("Calls"),
            "export_link": f"{link}?{request.GET.urlencode()}",
            "chart": chart.of(workspace=workspace, now=timezone.now()) if workspace else None,
            "sees_whole": callers.sees_whole(request),
            "roles": shell.names_of_roles_with(Capability.CALL_FORWARDING),
        }
        return super().changelist_view(request, {**(extra_context or {}), **extra})

    def export(self, request: HttpRequest) -> StreamingHttpResponse:
        """What the list shows under the same filters, all pages of it."""
        rows = self.get_changelist_instance(request).get_queryset(request)
        name = f"calls-{workspace_of(request).slug}-{timezone.now():%Y%m%d-%H%M}.csv"
        return csv_response(export.lines(rows), name)

    @requires(Capability.READ)
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The course of one call, to read."""
        call = shell.own(request, Call, pk=shell.key(object_id))
        told, known = call.carrier_country, callers.country_of(call.caller)
        whole, withheld = callers.sees_whole(request), is_withheld(call.caller)
        caller = callers.shown(call.caller, whole=whole)
        context = {
            "call": call,
            "caller": caller,
            "heading": _("Number withheld") if withheld else caller,
            "masked": not whole and not withheld,
            "place": callers.place_of(call.caller),
            "carrier_country": told if told.upper() != known else "",
            "decision_label": DECISIONS[call.decision],
            "outcome_label": OUTCOMES[call.outcome],
            "why": sentence(call.reason),
            "heard": words.heard(call),
            "length": words.length(call.seconds),
            "late": timeline.is_logged_late(call),
            "events": timeline.of(call),
        }
        return show(request, "forwarding/call_log/call.html", _("Call"), context)
