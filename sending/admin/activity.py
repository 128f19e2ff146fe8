"""Message activity in the admin: a list to read, the life of a message, and the export.

Everyone of the workspace reads numbers here: members need them to answer a recipient. Taking them
out as a file asks for `Capability.CAMPAIGNS`, for it is what campaigns led to; the export of
consent has a right of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from accounts import scope
from accounts.frame import actor_of, show, workspace_of
from accounts.roles import Capability
from accounts.scoping import WorkspaceModelAdmin, requires
from consent.models import Contact
from consent.numbering import NumberError, parse
from consent.pages.downloads import csv_response
from consent.paging import CappedPaginator
from sending.activity import export, filters, texts, timeline, words
from sending.activity.forms import SettleForm
from sending.models import Decision, Message
from sending.pages import shell

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, StreamingHttpResponse
    from django.urls import URLPattern

Status = Message.Status
LABELS = {
    Status.QUEUED.value: "info",
    Status.SENDING.value: "info",
    Status.ACCEPTED.value: "success",
    Status.SENT.value: "success",
    Status.DELIVERED.value: "success",
    Status.SKIPPED.value: "warning",
    Status.CANCELLED.value: "default",
    Status.UNDELIVERED.value: "danger",
    Status.FAILED.value: "danger",
    Status.UNKNOWN.value: "danger",
}
DECISIONS = 50


@admin.register(Message)
class MessageAdmin(WorkspaceModelAdmin):
    list_display = [
        "number",
        "state",
        "campaign",
        "state_of_it",
        "why",
        "text",
        "segments",
        "queued",
    ]
    list_filter = [
        filters.DayFilter,
        "status",
        filters.ReasonFilter,
        filters.StateFilter,
        filters.CarrierErrorFilter,
        "campaign",
    ]
    list_select_related = ["contact", "campaign", "sender"]
    list_per_page = 50
    list_fullwidth = True
    list_before_template = "sending/activity/before_list.html"
    ordering = ["-created_at", "-id"]
    paginator = CappedPaginator
    search_fields = ["contact__number"]
    search_help_text = gettext_lazy("A whole number, in any spelling")
    list_filter_submit = False
    actions = None
    # A count for each choice of each filter would read the whole table many times over.
    show_facets = admin.ShowFacets.NEVER

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        """Only the current workspace's, for staff too: the index begins with the workspace."""
        return scope.narrow(super().get_queryset(request), scope.current_id(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Message], search_term: str
    ) -> tuple[QuerySet[Message], bool]:
        if not search_term.strip():
            return queryset, False
        try:
            number = parse(search_term).e164
        except NumberError:
            messages.warning(request, _("Search for a whole number, such as (239) 555-0123."))
            return queryset.none(), False
        found = Contact.objects.filter(workspace=workspace_of(request), number=number)
        return queryset.filter(contact_id__in=list(found.values_list("pk", flat=True))), False

    # --- columns ------------------------------------------------------------------------------
    @admin.display(description=gettext_lazy("number"))
    def number(self, message: Message) -> str:
        return message.contact.number

    @admin.display(description=gettext_lazy("state"))
    def state(self, message: Message) -> str:
        return message.contact.state or "–"

    @display(description=gettext_lazy("status"), label=LABELS)  # type: ignore[untyped-decorator]
    def state_of_it(self, message: Message) -> tuple[str, str]:
        return message.status, message.get_status_display()

    @admin.display(description=gettext_lazy("reason"))
    def why(self, message: Message) -> str:
        also = words.limits(message.limits_hit, but=message.reason)
        return " ".join([words.reason(message), *also]) or "–"

    @admin.display(description=gettext_lazy("text"))
    def text(self, message: Message) -> str:
        return Truncator(texts.text_of(message)).chars(40)

    @admin.display(description=gettext_lazy("queued (UTC)"), ordering="created_at")
    def queued(self, message: Message) -> str:
        return f"{message.created_at:%Y-%m-%d %H:%M}"

    # --- pages --------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        reads, writes = Capability.READ, Capability.CAMPAIGNS
        own: list[URLPattern] = [
            self.page("export/", self.export, "export", writes),
            self.page("<int:object_id>/settle/", self.settle, "settle", writes),
            self.page("contact/<int:contact_id>/", self.contact, "contact", reads),
        ]
        return own + list(super().get_urls())

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        query = request.GET.urlencode()
        link = reverse("admin:sending_message_export")
        extra = {"export_link": f"{link}?{query}", "title": _("Message activity")}
        rights = shell.rights(request, Capability.CAMPAIGNS)
        context = {**(extra_context or {}), **extra, **rights}
        return super().changelist_view(request, context)

    def export(self, request: HttpRequest) -> StreamingHttpResponse:
        """What the list shows under the same filters, all pages of it."""
        rows = self.get_changelist_instance(request).get_queryset(request)
        name = f"activity-{workspace_of(request).slug}-{timezone.now():%Y%m%d-%H%M}.csv"
        return csv_response(export.lines(rows), name)

    @requires(Capability.READ)
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The life of one message; nothing of it can be changed but a fate nobody knows."""
        message = shell.own(request, Message, pk=shell.key(object_id))
        context = {
            "message": message,
            "text": texts.text_of(message),
            "foretold": texts.is_foretold(message),
            "why": words.reason(message),
            "label": LABELS[message.status],
            "events": timeline.of(message),
            "unknown": message.status == Status.UNKNOWN,
            **shell.rights(request, Capability.CAMPAIGNS),
        }
        return show(request, "sending/activity/message.html", _("Message"), context)

    def settle(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Record a person's word on a message whose fate nobody knows."""
        from sending.reconcile import settle_by_hand

        message = shell.own(request, Message, pk=object_id)
        form = SettleForm(shell.posted(request))
        page = reverse("admin:sending_message_change", args=[message.pk])
        if request.method == "POST" and form.is_valid():
            try:
                settle_by_hand(
                    message=message,
                    went=form.cleaned_data["went"],
                    actor=actor_of(request),
                    reason=form.cleaned_data["reason"],
                )
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _("Settled; the journal keeps why."))
                return redirect(page)
        context = {"form": form, "message": message, "back": page}
        return show(request, "sending/activity/settle.html", _("Settle a message"), context)

    def contact(self, request: HttpRequest, contact_id: int) -> HttpResponse:
        """Every decision on one contact, newest first, each with why."""
        contact = shell.own(request, Contact, pk=contact_id)
        rows = Decision.objects.filter(contact=contact, workspace=contact.workspace)
        before = request.GET.get("before", "")
        if before.isdecimal() and len(before) < 19:
            rows = rows.filter(pk__lt=int(before))
        found = list(rows.select_related("policy").order_by("-id")[: DECISIONS + 1])
        shown = found[:DECISIONS]
        context = {
            "contact": contact,
            "decisions": [(decision, timeline.decided(decision)) for decision in shown],
            "older": shown[-1].pk if len(found) > DECISIONS else None,
        }
        return show(request, "sending/activity/contact.html", _("Decisions on a contact"), context)
