"""An import, step by step: upload, columns, dry run, confirm, progress, result."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.current import current_workspace, user_may
from accounts.frame import actor_of
from accounts.roles import Capability
from consent.imports import jobs
from consent.imports.files import FileTroubleError, binary, opened, trouble
from consent.imports.reading import records
from consent.imports.verdicts import REMARKS, SENTENCES, field_title
from consent.models import ImportJob, ImportRow, ImportRun
from consent.pages.forms import ColumnsForm, UploadForm
from consent.pages.frame import blame, go, show, url

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.scoping import WorkspaceModelAdmin

SAMPLES = 3
ROWS_SHOWN = 20
Kind = ImportRun.Kind


def upload(admin: WorkspaceModelAdmin, request: HttpRequest) -> HttpResponse:
    workspace = current_workspace(request)
    if workspace is None:
        raise Http404
    form = UploadForm(request.POST or None, request.FILES or None, workspace=workspace)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            with transaction.atomic():
                job = jobs.create(
                    workspace=workspace,
                    purpose=said["purpose"],
                    file=said["file"],
                    name=said["file"].name,
                )
                jobs.attest(
                    job=job,
                    user=actor_of(request),
                    collected_by=said["collected_by"],
                    collection_method=said["collection_method"],
                    not_bought=said["not_bought"],
                )
        except ValidationError as error:
            fields = dict.fromkeys(("file_empty", "file_unreadable", "header_unreadable"), "file")
            blame(form, error, fields)
        else:
            return go("importjob", "columns", job.pk)
    context = {"form": form, "back": url("importjob", "changelist"), "step": 1}
    return show(admin, request, "imports/upload.html", _("Import opt-ins"), context)


def columns(admin: WorkspaceModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    job: ImportJob = admin.fetch(request, Capability.CONSENT, pk=pk)
    if job.runs.filter(kind=Kind.IMPORT).exists():
        return go("importjob", "change", pk)
    try:
        samples = _samples(job)
    except FileTroubleError as error:
        messages.error(request, " ".join(error.messages))
        return go("importjob", "change", pk)
    form = ColumnsForm(request.POST or None, job=job)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            with transaction.atomic():
                jobs.set_columns(
                    job=job,
                    mapping=said["mapping"],
                    time_zone=said["time_zone"],
                    date_order=said["date_order"],
                )
                jobs.request(job=job, kind=Kind.CHECK)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return go("importjob", "change", pk)
    rows = [
        (form[f"column_{index}"], title, samples[index]) for index, title in enumerate(job.header)
    ]
    context = {"form": form, "job": job, "rows": rows, "step": 2}
    context["back"] = url("importjob", "changelist")
    return show(admin, request, "imports/columns.html", _("Columns of the file"), context)


def _samples(job: ImportJob) -> list[list[str]]:
    """The first cells of each column that are not empty, each once. Raises `FileTroubleError`."""
    with opened(job) as file:
        rows = records(
            binary(file), encoding=job.encoding, delimiter=job.delimiter, columns=len(job.header)
        )
        try:
            first = list(islice(rows, 50))
        except (OSError, UnicodeError) as error:
            raise trouble(error) from error
    return [
        list(dict.fromkeys(cell[:60] for each in first if (cell := each.cells[index].strip())))[
            :SAMPLES
        ]
        for index in range(len(job.header))
    ]


def job_page(admin: WorkspaceModelAdmin, request: HttpRequest, job: ImportJob) -> HttpResponse:
    context = _standing(request, job)
    context["back"] = url("importjob", "changelist")
    return show(admin, request, "imports/job.html", _("Import"), context)


def live(admin: WorkspaceModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that changes, for htmx."""
    job: ImportJob = admin.fetch(request, pk=pk)
    return TemplateResponse(request, "consent/imports/_live.html", _standing(request, job))


def confirm(admin: WorkspaceModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Says what the import will do and for whom; a POST begins it, or goes on with it."""
    job: ImportJob = admin.fetch(request, Capability.CONSENT, pk=pk)
    check = job.runs.filter(kind=Kind.CHECK, status=ImportRun.Status.FINISHED).first()
    if check is None or not check.accepted:
        messages.error(request, _("Nothing can be imported before a dry run accepts some rows."))
        return go("importjob", "change", pk)
    if request.method == "POST":
        try:
            jobs.request(job=job, kind=Kind.IMPORT)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return go("importjob", "change", pk)
    context = {"job": job, "check": check, "back": url("importjob", "change", pk), "step": 3}
    return show(admin, request, "imports/confirm.html", _("Begin the import?"), context)


@require_POST
def _cancel(request: HttpRequest, job: ImportJob) -> HttpResponse:
    run = job.runs.order_by("-id").first()
    if run is not None and jobs.cancel(run=run):
        messages.success(request, _("It stops."))
    else:
        messages.info(request, _("There was nothing left to cancel."))
    return go("importjob", "change", job.pk)


def cancel(admin: WorkspaceModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    response: HttpResponse = _cancel(request, admin.fetch(request, Capability.CONSENT, pk=pk))
    return response


def _standing(request: HttpRequest, job: ImportJob) -> dict[str, Any]:
    """Where the import is: its last run with counts, reasons, remarks and the first rows."""
    runs = {run.kind: run for run in job.runs.all()}
    run = runs.get(Kind.IMPORT) or runs.get(Kind.CHECK)
    may = user_may(request, Capability.CONSENT)
    context: dict[str, Any] = {"job": job, "run": run, "may_consent": may, "rows": [], "step": 3}
    if run is None:
        return context
    is_import = run.kind == Kind.IMPORT
    context |= {
        "is_import": is_import,
        "step": 4 if is_import else 3,
        "may_begin": may and not is_import and run.status == "finished" and run.accepted > 0,
        "reasons": [
            (SENTENCES.get(code, code), count)
            for code, count in sorted(run.codes.items(), key=lambda each: -each[1])
        ],
        "remarks": [(count, REMARKS.get(code, code)) for code, count in sorted(run.notes.items())],
    }
    if not run.is_under_way:
        rejected = ImportRow.objects.filter(run=run, verdict=ImportRow.Verdict.REJECTED)
        context["rows"] = [
            {
                "row": each.row,
                "field": field_title(each.field),
                "value": each.value,
                "what": SENTENCES.get(each.code, each.code),
            }
            for each in rejected.order_by("row")[:ROWS_SHOWN]
        ]
    return context
