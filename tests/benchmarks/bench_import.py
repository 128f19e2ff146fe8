"""Import of opt-ins: rows a second into ledger and state with every check, and peak memory.

Peer: django-import-export as it comes, on the same file; being slow, it reads a slice, and its time
for each row is what is compared. Limit: a bare COPY of the same records into an empty table.
"""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.figures import Figure

if TYPE_CHECKING:
    from consent.models import ImportJob, Purpose

ROWS = 200_000
MEMORY_ROWS = 1_000_000
MEMORY_LIMIT = 300.0
PEER_ROWS = 3_000
TITLES = (
    *("number", "first name", "last name", "source", "time of consent", "answer", "wording"),
    *("collected by", "place"),
)


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory() as directory:
        small, large = Path(directory) / "small.csv", Path(directory) / "large.csv"
        write_file(small, ROWS)
        write_file(large, MEMORY_ROWS)
        ours = measure_ours(small)
        peer = measure_peer(small)
        limit = measure_copy()
        memory = measure_memory(large)
        assert memory < MEMORY_LIMIT, f"the import took {memory:.0f} MB"
    return [
        {
            "name": f"import of {ROWS:,} opt-ins",
            "value": ours,
            "unit": "rows/s",
            "peer": f"django-import-export, {PEER_ROWS:,} rows: {peer:,.0f} rows/s",
            "peer_ratio": ours / peer,
            "limit": f"COPY of the same records: {limit:,.0f} rows/s",
            "limit_ratio": ours / limit,
        },
        {
            "name": f"import of {MEMORY_ROWS:,} opt-ins, peak memory",
            "value": memory,
            "unit": "MB",
            "peer": "",
            "peer_ratio": None,
            "limit": f"allowed: {MEMORY_LIMIT:.0f} MB",
            "limit_ratio": MEMORY_LIMIT / memory,
        },
    ]


def write_file(path: Path, rows: int) -> None:
    """Mostly good rows, numbers spelled in several ways, one in fifty rejected."""
    chance = random.Random(20)
    codes = ("239", "305", "405", "240", "503", "212", "415", "312", "602", "850")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TITLES)
        for n in range(rows):
            area = codes[n % 10]
            rest = n // 10
            exchange, line = 200 + rest // 10_000 % 700, rest % 10_000
            # An exchange never ends in 11.
            exchange += exchange % 100 == 11
            number = f"+1{area}{exchange}{line:04d}" if n % 4 else f"({area}) {exchange}-{line:04d}"
            at = f"2026-{chance.randint(1, 9):02d}-{chance.randint(1, 28):02d}"
            clock = f"{chance.randint(0, 23):02d}:{chance.randint(0, 59):02d}:00"
            writer.writerow(
                [
                    *(number, f"First{n % 500}", f"Last{n % 900}", "web form", f"{at}T{clock}Z"),
                    *("no" if n % 50 == 7 else "yes", "join", "", "https://shop.example/join"),
                ]
            )


def purpose_named(name: str) -> Purpose:
    """A purpose in a workspace of its own."""
    from django.db import transaction

    from accounts.models import Membership, User, Workspace
    from accounts.roles import Role
    from consent.models import Purpose, Wording

    with transaction.atomic():
        workspace = Workspace.objects.create(name=name, slug=name)
        user, _new = User.objects.get_or_create(email="bench@tollgate.example")
        Membership.objects.create(workspace=workspace, user=user, role=Role.OWNER)
    text = "May we text you our weekly offers? Reply STOP to end."
    Wording.objects.create(workspace=workspace, code="join", text=text)
    return Purpose.objects.create(workspace=workspace, name=name)


def job_of(path: Path, purpose: Purpose) -> ImportJob:
    from django.core.files import File

    from consent.imports import jobs

    with path.open("rb") as file:
        job = jobs.create(
            workspace=purpose.workspace, purpose=purpose, file=File(file), name=path.name
        )
    owner = purpose.workspace.memberships.get().user
    jobs.attest(
        job=job, user=owner, collected_by="Shops", collection_method="Page", not_bought=True
    )
    return job


def measure_ours(path: Path) -> float:
    """Rows a second, from the first look at the file to the last commit."""
    from consent.imports import jobs
    from consent.imports.run import work_on
    from consent.models import ConsentRecord, ImportRun

    job = job_of(path, purpose_named("ours"))
    run = jobs.request(job=job, kind=ImportRun.Kind.IMPORT, tell_workers=False)
    begin = time.perf_counter()
    work_on(run.pk)
    seconds = time.perf_counter() - begin
    run.refresh_from_db()
    assert run.rows_read == ROWS
    assert run.accepted == ConsentRecord.objects.filter(import_job_id=job.pk).count()
    job.file.delete(save=False)
    return ROWS / seconds


def measure_peer(path: Path) -> float:
    """The same rows into the same contacts and records, by a ModelResource as it comes."""
    import tablib
    from import_export import fields, resources, widgets

    from consent.models import ConsentRecord, Contact

    purpose = purpose_named("peer")

    class ContactWidget(widgets.ForeignKeyWidget):
        def get_queryset(self, value: Any, row: Any, *args: Any, **kwargs: Any) -> Any:
            # Without the workspace every look-up would go through the whole table.
            return Contact.objects.filter(workspace=purpose.workspace)

    class PeerResource(resources.ModelResource):
        contact = fields.Field("contact", "number", ContactWidget(Contact, "number"))
        occurred_at = fields.Field(
            "occurred_at", "time of consent", widgets.DateTimeWidget("%Y-%m-%dT%H:%M:%SZ")
        )
        wording_text = fields.Field("wording_text", "wording")
        collector = fields.Field("collector", "collected by")

        class Meta:
            model = ConsentRecord
            fields = (
                *("contact", "source", "occurred_at", "answer", "wording_text"),
                *("collector", "place"),
            )
            import_id_fields = ("contact", "source", "occurred_at")

        def before_import_row(self, row: Any, **kwargs: Any) -> None:
            Contact.objects.get_or_create(workspace=purpose.workspace, number=row["number"])
            row["source"] = "web_form"

        def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
            instance.workspace, instance.purpose, instance.kind = (
                purpose.workspace,
                purpose,
                "opt_in",
            )

    with path.open(encoding="utf-8") as file:
        titles, *lines = [next(file), *(line for line in file if ",yes," in line)]
    data = tablib.Dataset().load("".join([titles, *lines[:PEER_ROWS]]), format="csv")
    # The contacts of the first import have these numbers too, in another workspace.
    for index, row in enumerate(data.dict):
        data[index] = ("+1" + str(907_200_0000 + index), *list(row.values())[1:])
    begin = time.perf_counter()
    result = PeerResource().import_data(data, raise_errors=True)
    seconds = time.perf_counter() - begin
    assert result.totals["new"] == PEER_ROWS
    return PEER_ROWS / seconds


def measure_copy() -> float:
    """COPY of the records that the import made, into an empty table without index or check."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM consent_consentrecord")
        count: int = cursor.fetchone()[0]
        parts: list[bytes] = []
        with cursor.copy("COPY consent_consentrecord TO STDOUT") as source:
            parts.extend(bytes(part) for part in source)
        cursor.execute(
            "CREATE TABLE bench_records AS SELECT * FROM consent_consentrecord WITH NO DATA"
        )
        begin = time.perf_counter()
        with cursor.copy("COPY bench_records FROM STDIN") as target:
            for part in parts:
                target.write(part)
        seconds = time.perf_counter() - begin
        cursor.execute("DROP TABLE bench_records")
    return count / seconds


def measure_memory(path: Path) -> float:
    """Peak resident megabytes of a process that imports a million rows, ledger and state too."""
    from consent.models import ConsentRecord, ConsentState, ImportRun

    purpose = purpose_named("memory")
    process = subprocess.Popen(
        [
            *(sys.executable, "manage.py", "import_optins", str(path), "--not-bought"),
            *("--workspace", purpose.workspace.slug, "--purpose", purpose.name),
            *("--user", purpose.workspace.memberships.get().user.email),
            *("--collected-by", "Shops", "--method", "Page"),
        ],
        stdout=subprocess.DEVNULL,
        cwd=Path(__file__).parent.parent.parent,
    )
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    run = ImportRun.objects.get(job__purpose=purpose)
    assert (run.kind, run.status, run.rows_read) == ("import", "finished", MEMORY_ROWS)
    records = ConsentRecord.objects.filter(purpose=purpose).count()
    assert run.accepted == records == ConsentState.objects.filter(purpose=purpose).count()
    for job in purpose.imports.all():
        job.file.delete(save=False)
    return usage.ru_maxrss / 1024
