"""Opt-in files for the tests, and the ways through them."""

from __future__ import annotations

import csv
import io

from django.core.files.base import ContentFile
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from consent.imports import jobs
from consent.imports.run import work_on
from consent.models import ImportJob, ImportRow, ImportRun
from tests.cast import Cast

TITLES = [
    *("number", "first name", "last name", "source", "time of consent", "answer"),
    *("wording", "collected by", "place"),
]
GOOD = {
    "number": "+13055550123",
    "first name": "Ana",
    "last name": "Silva",
    "source": "web form",
    "time of consent": "2026-01-31T14:05:00Z",
    "answer": "yes",
    "wording": "May we text you our weekly offers?",
    "collected by": "Kim",
    "place": "https://shop.example/join",
}


def numbers(count: int, start: int = 0) -> list[str]:
    """Numbers of different people, in Florida and Maryland."""
    return [
        f"+1{'305' if n % 2 else '240'}555{n:04d}"
        if n < 10_000
        else f"+1305{200 + n // 10_000}{n % 10_000:04d}"
        for n in range(start, start + count)
    ]


def table(*rows: dict[str, str], titles: list[str] | None = None, delimiter: str = ",") -> str:
    """A CSV; each row is a good one but for what it says."""
    columns = titles or TITLES
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(columns)
    for row in rows:
        merged = {**GOOD, **row}
        writer.writerow([merged.get(title, "") for title in columns])
    return out.getvalue()


def many(count: int) -> str:
    """A file with good rows, repeated rows and bad rows."""
    rows = [{"number": number} for number in numbers(count)]
    rows[3::7] = [dict(rows[0]) for _each in rows[3::7]]
    for row in rows[5::11]:
        row["answer"] = "no"
    return table(*rows)


def upload(cast: Cast, content: str | bytes, **columns: object) -> ImportJob:
    data = content if isinstance(content, bytes) else content.encode()
    job = jobs.create(
        workspace=cast.acme,
        purpose=cast.offers,
        file=ContentFile(data, name="optins.csv"),
        name="optins.csv",
    )
    if columns:
        job = jobs.set_columns(
            job=job,
            mapping=columns.get("mapping", job.mapping),  # type: ignore[arg-type]
            time_zone=str(columns.get("time_zone", "UTC")),
            date_order=str(columns.get("date_order", "auto")),
        )
    jobs.attest(
        job=job,
        user=cast.members[Role.ADMIN],
        collected_by="Acme shops",
        collection_method="On the sign-up page",
        not_bought=True,
    )
    return job


def begin(job: ImportJob, kind: ImportRun.Kind = ImportRun.Kind.IMPORT) -> ImportRun:
    return jobs.request(job=job, kind=kind, tell_workers=False)


def go(
    job: ImportJob, kind: ImportRun.Kind = ImportRun.Kind.IMPORT, *, chunk: int = 5_000
) -> ImportRun:
    run = begin(job, kind)
    assert work_on(run.pk, chunk=chunk)
    run.refresh_from_db()
    return run


def check(job: ImportJob, *, chunk: int = 5_000) -> ImportRun:
    return go(job, ImportRun.Kind.CHECK, chunk=chunk)


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    return run.rows_read, run.accepted, run.known, run.rejected


def reasons(run: ImportRun) -> dict[int, str]:
    return dict(ImportRow.objects.filter(run=run).values_list("row", "code"))


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
