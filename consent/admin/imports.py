"""Imports in the admin: the list, and the routes of the pages."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display as labelled

from accounts.guard import demand
from accounts.roles import Capability
from accounts.scoping import WorkspaceModelAdmin
from consent.models import ImportJob, ImportRun
from consent.pages import downloads
from consent.pages import imports as pages

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase
    from django.urls import URLPattern

LABELS = {
    "finished": "success",
    "running": "primary",
    "waiting": "info",
    "cancelled": "warning",
    "failed": "danger",
}


@admin.register(ImportJob)
class ImportJobAdmin(WorkspaceModelAdmin):
    add_capability = Capability.CONSENT
    list_display = ("file_name", "purpose", "standing", "accepted", "known", "rejected", "when")
    list_filter = ("purpose",)
    list_select_related = ("purpose", "workspace")
    search_fields = ("file_name",)
    list_per_page = 25
    ordering = ("-id",)
    sortable_by = ()
    list_before_template = "consent/imports/list_before.html"

    def get_urls(self) -> list[URLPattern]:
        read, consent = Capability.READ, Capability.CONSENT
        own = [
            self._of("columns", pages.columns, consent),
            self._of("import", pages.confirm, consent),
            self._of("cancel", pages.cancel, consent),
            self._of("live", pages.live, read),
            self._of("rejects", downloads.rejects_file, consent),
            self._of("verdicts", downloads.verdicts_file, consent),
            self._of("file", downloads.original_file, consent),
        ]
        urls: list[URLPattern] = super().get_urls()
        return own + urls

    def _of(self, path: str, view: Any, capability: Capability) -> URLPattern:
        return self.page(f"<int:pk>/{path}/", partial(view, self), path, capability)

    def changeform_view(  # type: ignore[override]
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if object_id is None:
            demand(request, Capability.CONSENT)
            return pages.upload(self, request)
        demand(request, Capability.READ)
        if request.method == "POST":
            raise Http404
        return pages.job_page(self, request, self.fetch(request, pk=object_id))

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportJob]:
        rows: QuerySet[ImportJob] = super().get_queryset(request)
        # The import comes after the dry run: the last one is what the list tells of.
        runs = ImportRun.objects.order_by("id")
        return rows.prefetch_related(Prefetch("runs", queryset=runs, to_attr="listed_runs"))

    @labelled(description=_("state"), label=LABELS)  # type: ignore[untyped-decorator]
    def standing(self, job: ImportJob) -> tuple[str, str]:
        run = _last(job)
        if run is None:
            return "", str(_("Columns to be confirmed"))
        return run.status, f"{run.get_kind_display()}: {run.get_status_display()}"

    @admin.display(description=_("accepted"))
    def accepted(self, job: ImportJob) -> str:
        return _figure(job, "accepted")

    @admin.display(description=_("already known"))
    def known(self, job: ImportJob) -> str:
        return _figure(job, "known")

    @admin.display(description=_("rejected"))
    def rejected(self, job: ImportJob) -> str:
        return _figure(job, "rejected")

    @admin.display(description=_("uploaded"))
    def when(self, job: ImportJob) -> str:
        return f"{job.created_at:%Y-%m-%d %H:%M} UTC"


def _last(job: ImportJob) -> ImportRun | None:
    runs: list[ImportRun] = job.listed_runs  # type: ignore[attr-defined]
    return runs[-1] if runs else None


def _figure(job: ImportJob, name: str) -> str:
    run = _last(job)
    return "–" if run is None else f"{getattr(run, name):,}"
