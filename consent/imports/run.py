"""Works through a file, chunk by chunk; each chunk is applied and remembered in one transaction.

A process may die at any point: the next one reads on after the last row that is done with. Only one
works on a run at a time; should a second one try all the same, the row of the run decides.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import IO

import psycopg
from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consent.imports.files import FileTroubleError, binary, opened, trouble
from consent.imports.reading import Record, records
from consent.imports.times import shows_order
from consent.imports.verdicts import ALREADY_KNOWN, OPTED_OUT
from consent.ledger import ChunkVerdicts, Occasion, OptIn, apply_import_chunk
from consent.models import ImportEvent, ImportJob, ImportRow, ImportRun, Wording
from consent.resources import OptInResource, Rejection

logger = logging.getLogger(__name__)

CHUNK = 5_000
# The class of our advisory locks: "import".
LOCK_CLASS = 0x1390
Status = ImportRun.Status


class TakenOverError(Exception):
    """Another process moved the run on."""


@dataclass(slots=True)
class Chunk:
    """Rows in order, judged; ``position`` is the last of them."""

    position: int
    rows: int
    opt_ins: list[OptIn] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    remarks: dict[str, int] = field(default_factory=dict)


def work_on(run_id: int, *, chunk: int = CHUNK) -> bool:
    """Bring the run to its end, or to where it is cancelled; False if someone else is at it.

    A file that cannot be read, or a row that the database refuses, ends the run as failed. Trouble
    with the database is raised, and the run goes on when it is next called.
    """
    with _alone(run_id) as alone:
        if not alone:
            return False
        run = _begin(run_id)
        if run is None:
            return True
        try:
            _go_through(run, chunk)
        except TakenOverError:
            return False
        except (DataError, IntegrityError) as error:
            # Trying again would end the same way.
            logger.error("import run %s: the database refused a row: %s", run_id, _named(error))
            _end(run_id, Status.FAILED, _refused(run.position))
        except (FileTroubleError, OSError, UnicodeError) as error:
            logger.exception("import run %s cannot read its file", run_id)
            said = error if isinstance(error, FileTroubleError) else trouble(error)
            _end(run_id, Status.FAILED, " ".join(said.messages))
    return True


def _refused(position: int) -> str:
    return _(
        "The database refused a row some way after row %(row)s. The rows up to there are done; "
        "the log of the worker says which rule it was."
    ) % {"row": max(position, 1)}


def _named(error: Exception) -> str:
    """Which rule of the database it was, without the row, which is someone's data."""
    cause = error.__cause__
    if not isinstance(cause, psycopg.Error):
        return type(error).__name__
    diagnosis = cause.diag
    where = [diagnosis.table_name, diagnosis.column_name, diagnosis.constraint_name]
    return " ".join([type(cause).__name__, str(cause.sqlstate), *filter(None, where)])


@contextmanager
def _alone(run_id: int) -> Iterator[bool]:
    """A lock that goes with the connection, so that it ends with the process, however it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, run_id % 2**31])
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, run_id % 2**31])


def _begin(run_id: int) -> ImportRun | None:
    """The run, marked as running; None when there is nothing left to do."""
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().filter(pk=run_id).first()
        if run is None or not run.is_under_way:
            return None
        run.status = Status.RUNNING
        run.started_at = run.started_at or timezone.now()
        run.save(update_fields=["status", "started_at"])
    return ImportRun.objects.select_related("job__purpose", "job__workspace").get(pk=run_id)


def _go_through(run: ImportRun, chunk_size: int) -> None:
    job = run.job
    with opened(job) as file:
        if run.rows_total is None:
            _look_ahead(run, _records(job, binary(file)))
        resource = resource_for(job, run.date_order)
        rows = _records(job, binary(file), after=max(run.position, 1))
        with closing(_ahead(_judged(resource, rows, chunk_size))) as chunks:
            for chunk in chunks:
                if not _apply(run, chunk):
                    return
    _end(run.pk, Status.FINISHED)


def _records(job: ImportJob, file: IO[bytes], after: int = 1) -> Iterator[Record]:
    return records(
        file,
        encoding=job.encoding,
        delimiter=job.delimiter,
        columns=len(job.header),
        after=after,
    )


def _look_ahead(run: ImportRun, rows: Iterator[Record]) -> None:
    """Count the rows, and see whether the dates of the file prove an order of day and month."""
    index = run.job.mapping.get("occurred_at", -1)
    orders: set[str] = set()
    total = 0
    for record in rows:
        total += 1
        if index >= 0 and not record.problem and (text := record.cells[index])[4:5] != "-":
            orders.add(shows_order(text.strip()))
    orders.discard("")
    run.rows_total = total
    if run.job.date_order != ImportJob.DateOrder.AUTO:
        run.date_order = run.job.date_order
    elif len(orders) == 1:
        run.date_order = orders.pop()
    run.save(update_fields=["rows_total", "date_order"])


def resource_for(job: ImportJob, order: str) -> OptInResource:
    """The contract of a row, as this job reads it."""
    wordings: dict[str, tuple[int, str]] = {}
    for wording in Wording.objects.filter(workspace_id=job.workspace_id).order_by("version"):
        # The bare id means the newest version.
        wordings[wording.code.lower()] = (wording.pk, wording.text)
        wordings[f"{wording.code} v{wording.version}".lower()] = (wording.pk, wording.text)
    return OptInResource(
        mapping=job.mapping,
        zone=job.time_zone,
        order=order,
        wordings=wordings,
        collector=job.collected_by,
    )


def _ahead(chunks: Iterator[Chunk]) -> Generator[Chunk, None, None]:
    """The same, with the next one in the making while the database works on this one.

    The thread reads and judges; it never touches the database.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        coming = thread.submit(next, chunks, None)
        while (chunk := coming.result()) is not None:
            coming = thread.submit(next, chunks, None)
            yield chunk


def _judged(resource: OptInResource, rows: Iterator[Record], size: int) -> Iterator[Chunk]:
    judge = resource.judge
    while part := list(islice(rows, size)):
        resource.time.now = timezone.now()
        resource.remarks = {}
        chunk = Chunk(position=part[-1].row, rows=len(part))
        for record in part:
            verdict = judge(record)
            if type(verdict) is OptIn:
                chunk.opt_ins.append(verdict)
            else:
                chunk.rejections.append(verdict)  # type: ignore[arg-type]
        chunk.remarks = resource.remarks
        yield chunk


def _apply(run: ImportRun, chunk: Chunk) -> bool:
    """Apply one chunk and remember it; False when the run was cancelled instead."""
    is_check = run.kind == ImportRun.Kind.CHECK
    with transaction.atomic():
        now = ImportRun.objects.select_for_update().get(pk=run.pk)
        if now.position != run.position or now.status != Status.RUNNING:
            raise TakenOverError
        if now.cancel_requested:
            _close(now, Status.CANCELLED)
            return False
        verdicts = apply_import_chunk(
            occasion=Occasion(
                workspace_id=run.job.workspace_id,
                purpose_id=run.job.purpose_id,
                job_id=run.job.pk,
                recorded_by_id=run.job.attested_by_id,
            ),
            rows=chunk.opt_ins,
            dry_run=run.pk if is_check else None,
        )
        _keep_verdicts(run.pk, chunk, verdicts)
        _count(now, chunk, verdicts)
    run.position = chunk.position
    return True


def _keep_verdicts(run_id: int, chunk: Chunk, verdicts: ChunkVerdicts) -> None:
    lines = [
        (run_id, row, "rejected", code, name, value) for row, code, name, value in chunk.rejections
    ]
    lines += [(run_id, row, "rejected", OPTED_OUT, "number", "") for row in verdicts.opted_out]
    lines += [(run_id, row, "known", ALREADY_KNOWN, "", "") for row in verdicts.known]
    if not lines:
        return
    table = ImportRow._meta.db_table
    statement = f'COPY {table} (run_id, "row", verdict, code, field, value) FROM STDIN'
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for line in lines:
            copy.write_row(line)


def _count(run: ImportRun, chunk: Chunk, verdicts: ChunkVerdicts) -> None:
    codes = Counter(run.codes)
    codes.update(rejection.code for rejection in chunk.rejections)
    codes.update({OPTED_OUT: len(verdicts.opted_out), ALREADY_KNOWN: len(verdicts.known)})
    run.codes = dict(+codes)
    run.notes = dict(Counter(run.notes) + Counter(chunk.remarks))
    run.position = chunk.position
    run.rows_read += chunk.rows
    run.accepted += len(verdicts.accepted)
    run.known += len(verdicts.known)
    run.rejected += len(chunk.rejections) + len(verdicts.opted_out)
    run.moved_at = timezone.now()
    run.save(
        update_fields=[
            *("codes", "notes", "position", "rows_read", "accepted", "known", "rejected"),
            "moved_at",
        ]
    )


def _end(run_id: int, status: Status, error: str = "") -> None:
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run_id)
        if run.is_under_way:
            _close(run, status, error)


def _close(run: ImportRun, status: Status, error: str = "") -> None:
    run.status = status
    run.error = error
    run.finished_at = timezone.now()
    run.save(update_fields=["status", "error", "finished_at"])
    if status == Status.FINISHED:
        ImportEvent.objects.filter(run=run).delete()
