"""The journal, to be read, searched and taken along; never changed."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter

from accounts.csv_escape import Echo, inert
from accounts.models import JournalEntry
from accounts.roles import Capability
from accounts.scoping import WorkspaceModelAdmin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.urls import URLPattern

COLUMNS = ("at", "who", "what", "of", "from", "to", "reason", "workspace")


@admin.register(JournalEntry)
class JournalEntryAdmin(WorkspaceModelAdmin):
    list_display = ("at", "kind", "subject", "old", "new", "actor", "reason")
    list_filter = (("kind", ChoicesDropdownFilter), ("at", RangeDateFilter), "actor")
    list_filter_submit = True
    list_select_related = ("actor", "workspace")
    search_fields = ("subject", "old", "new", "reason", "actor__name", "actor__email")
    search_help_text = _lazy("Member, value, reason or who did it")
    date_hierarchy = "at"
    actions = None
    change_list_template = "accounts/journal.html"

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        extra = {
            "title": _("Journal of risky changes"),
            **(kwargs.pop("extra_context", None) or {}),
        }
        return super().changelist_view(request, *args, extra_context=extra, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        export = self.page("export/", require_safe(self.export), "export", Capability.READ)
        return [export, *super().get_urls()]

    def export(self, request: HttpRequest) -> StreamingHttpResponse:
        """The whole journal of the workspace as CSV, newest first; times in UTC, ISO 8601."""
        rows = self.get_queryset(request).select_related("actor", "workspace").iterator(500)
        answer = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{_("journal")}.csv"'
        return answer


def _lines(rows: Iterator[JournalEntry]) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for row in rows:
        cells = (
            row.at.isoformat(),
            row.actor.email,
            row.kind,
            row.subject,
            row.old,
            row.new,
            row.reason,
            row.workspace.slug if row.workspace else "",
        )
        yield writer.writerow([inert(cell) for cell in cells])
