"""An import whose process is killed again and again ends like one that was left in peace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from consent.ledger import opt_out
from consent.models import ConsentRecord, ConsentState, Contact, ImportJob, ImportRow, ImportRun
from tests.cast import Cast, opted_in
from tests.consent.files import numbers, table
from tests.faults.workers import database_url

ROWS = 40_000
KILLS = 5


def command(path: Path, workspace: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            *(sys.executable, "manage.py", "import_optins", str(path)),
            *("--workspace", workspace, "--purpose", "Offers"),
            *("--user", f"admin@{workspace}.example", "--collected-by", "Shops"),
            *("--method", "Sign-up page", "--not-bought"),
        ],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": database_url(), "DEBUG": "true"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def position(workspace_id: int) -> int:
    found = ImportRun.objects.filter(job__workspace_id=workspace_id).first()
    return found.position if found else 0


def outcome(workspace_id: int) -> tuple[object, ...]:
    """All that an import leaves behind, without ids and clocks."""
    run = ImportRun.objects.get(job__workspace_id=workspace_id)
    records = ConsentRecord.objects.filter(workspace_id=workspace_id, import_job_id=run.job_id)
    states = ConsentState.objects.filter(workspace_id=workspace_id)
    return (
        (run.status, run.rows_total, run.rows_read, run.accepted, run.known, run.rejected),
        (run.codes, run.notes),
        list(records.order_by("import_row").values_list("import_row", "contact__number")),
        list(
            states.order_by("contact__number").values_list(
                "contact__number", "status", "opted_in_at", "record__import_row"
            )
        ),
        list(ImportRow.objects.filter(run=run).values_list("row", "verdict", "code")),
        Contact.objects.filter(workspace_id=workspace_id).count(),
    )


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_killed_again_and_again_it_loses_doubles_and_halves_nothing(
    cast: Cast, tmp_path: Path
) -> None:
    rows = [{"number": number} for number in numbers(ROWS)]
    rows[100::50] = [dict(row) for row in rows[:-100:50]]
    for row in rows[7::90]:
        row["answer"] = "no"
    path = tmp_path / "optins.csv"
    path.write_text(table(*rows))
    at = timezone.now()
    for purpose in (cast.offers, cast.rival_offers):
        gone = opted_in(purpose, numbers(1, start=20_001)[0], at)
        opt_out(contact=gone, source="keyword", occurred_at=at)

    peaceful = command(path, "rival")
    _out, trouble = peaceful.communicate(timeout=300)
    assert peaceful.returncode == 0, trouble.decode()

    kills = 0
    for attempt in range(60):
        process = command(path, "acme")
        before = position(cast.acme.pk)
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            if kills < KILLS and position(cast.acme.pk) > before:
                # Somewhere in the middle of the next chunk.
                time.sleep(0.013 * (attempt % 5))
                process.send_signal(signal.SIGKILL)
            time.sleep(0.005)
        process.wait()
        assert process.stderr is not None
        trouble = process.stderr.read()
        process.stderr.close()
        kills += process.returncode == -signal.SIGKILL
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL, trouble.decode()

    assert kills == KILLS
    assert ImportJob.objects.filter(workspace=cast.acme).count() == 1
    assert outcome(cast.acme.pk) == outcome(cast.rival.pk)
    for job in ImportJob.objects.all():
        (Path(settings.BASE_DIR) / ".data" / "files" / str(job.file.name)).unlink(missing_ok=True)
