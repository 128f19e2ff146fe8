"""What an import gives back: its rejects, all its verdicts, the file as it came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import FileResponse, Http404, StreamingHttpResponse

from accounts.roles import Capability
from consent.imports import rejects
from consent.imports.files import FileTroubleError, opened
from consent.models import ImportJob, ImportRun
from consent.pages.frame import go

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from accounts.scoping import WorkspaceModelAdmin


def rejects_file(admin: WorkspaceModelAdmin, request: HttpRequest, pk: int) -> HttpResponseBase:
    return _stream(admin, request, pk, "rejects", rejects.rejects)


def verdicts_file(admin: WorkspaceModelAdmin, request: HttpRequest, pk: int) -> HttpResponseBase:
    return _stream(admin, request, pk, "verdicts", rejects.all_rows)


def original_file(admin: WorkspaceModelAdmin, request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file as it was uploaded; whoever opens it in a spreadsheet opens their own file."""
    job: ImportJob = admin.fetch(request, Capability.CONSENT, pk=pk)
    try:
        file = opened(job)
    except FileTroubleError as error:
        return _said(request, job, error)
    return FileResponse(file, as_attachment=True, filename=f"import-{job.pk}.csv")


def _stream(
    admin: WorkspaceModelAdmin,
    request: HttpRequest,
    pk: int,
    name: str,
    lines: Callable[[ImportRun], Iterator[str]],
) -> HttpResponseBase:
    job: ImportJob = admin.fetch(request, Capability.CONSENT, pk=pk)
    # The import, where there is one, else the dry run.
    run = job.runs.select_related("job").order_by("-id").first()
    if run is None:
        raise Http404
    try:
        parts = lines(run)
    except FileTroubleError as error:
        return _said(request, job, error)
    return csv_response(parts, f"import-{job.pk}-{name}.csv")


def _said(request: HttpRequest, job: ImportJob, error: FileTroubleError) -> HttpResponseBase:
    messages.error(request, " ".join(error.messages))
    return go("importjob", "change", job.pk)


def csv_response(lines: Iterator[str], name: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
