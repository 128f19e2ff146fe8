"""The rows of a file with their verdicts, as CSV: the rejects to correct, or all of them.

The file is read again beside the kept verdicts, both in order, so that memory stays small and the
cells come back as they were.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.core.files import File
from django.utils.translation import gettext as _

from accounts.csv_escape import inert
from consent.imports.files import binary, opened
from consent.imports.reading import records
from consent.imports.verdicts import sentence
from consent.models import ImportRow, ImportRun
from consent.models.imports import OWN_TITLES


def rejects(run: ImportRun) -> Iterator[str]:
    """A CSV of the rejected rows, in parts of text, with the BOM that spreadsheets look for.

    Raises `FileTroubleError` before the first part, so that nobody gets half a file.
    """
    return _lines(run, opened(run.job), everything=False)


def all_rows(run: ImportRun) -> Iterator[str]:
    """A CSV of every row read so far with its verdict. Raises `FileTroubleError` as `rejects`."""
    return _lines(run, opened(run.job), everything=True)


def _lines(run: ImportRun, file: File[Any], *, everything: bool) -> Iterator[str]:
    job = run.job
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=job.delimiter)
    yield "\ufeff"
    own = [index for index, title in enumerate(job.header) if title in OWN_TITLES]
    keep = [index for index in range(len(job.header)) if index not in own]
    titles = [inert(job.header[index]) for index in keep]
    writer.writerow([*titles, *OWN_TITLES])
    verdicts = _verdicts(run, everything=everything)
    coming = next(verdicts, None)
    with file:
        rows = records(
            binary(file), encoding=job.encoding, delimiter=job.delimiter, columns=len(job.header)
        )
        for record in rows:
            if record.row > run.position or (coming is None and not everything):
                break
            verdict = coming if coming is not None and coming.row == record.row else None
            if verdict is not None:
                coming = next(verdicts, None)
            elif not everything:
                continue
            cells = [inert(_restored(record.cells[index])) for index in keep]
            writer.writerow([*cells, record.row, *_explained(verdict)])
            if buffer.tell() > 1 << 16:
                yield _emptied(buffer)
    yield _emptied(buffer)


def _restored(cell: str) -> str:
    """A cell as it was before one of our exports made it inert; so that it is made so only once."""
    return cell[1:] if cell[:1] == "'" and inert(cell[1:]) == cell else cell


def _verdicts(run: ImportRun, *, everything: bool) -> Iterator[ImportRow]:
    """In order of rows, a thousand at a time, by row: no cursor is held open for a slow reader."""
    rows = ImportRow.objects.filter(run=run).order_by("row")
    if not everything:
        rows = rows.filter(verdict=ImportRow.Verdict.REJECTED)
    last = 0
    while part := list(rows.filter(row__gt=last)[:1000]):
        yield from part
        last = part[-1].row


def _explained(verdict: ImportRow | None) -> tuple[str, str, str]:
    if verdict is None:
        return _("accepted"), "", ""
    advice = sentence(row=verdict.row, code=verdict.code, field=verdict.field, value=verdict.value)
    return str(verdict.get_verdict_display()), verdict.code, inert(advice)


def _emptied(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
