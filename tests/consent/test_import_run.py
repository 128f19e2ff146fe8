"""A run through a file: it may stop anywhere, and is done exactly once."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from consent import tasks
from consent.imports import jobs
from consent.imports import run as run_module
from consent.imports.run import work_on
from consent.models import (
    ConsentRecord,
    ConsentState,
    Contact,
    ImportEvent,
    ImportJob,
    ImportRow,
    ImportRun,
)
from tests.cast import Cast
from tests.consent.files import begin, check, counts, go, many, reasons, upload


def ledger() -> list[tuple[object, ...]]:
    fields = ("contact__number", "source", "occurred_at", "import_row")
    return list(ConsentRecord.objects.order_by("import_row").values_list(*fields))


class Stopped(BaseException):
    """As if the process ended there."""


def stop_after(monkeypatch: pytest.MonkeyPatch, name: str, calls: int) -> None:
    """Let the process end in its call number ``calls`` of this step, after the step's work."""
    step = getattr(run_module, name)
    left = [calls]

    def stopping(*args: object, **kwargs: object) -> object:
        result = step(*args, **kwargs)
        left[0] -= 1
        if left[0] == 0:
            raise Stopped
        return result

    monkeypatch.setattr(run_module, name, stopping)


@pytest.mark.parametrize("kind", ImportRun.Kind)
@pytest.mark.parametrize("chunk", [1, 7, 1_000])
def test_the_size_of_a_chunk_changes_nothing(cast: Cast, kind: ImportRun.Kind, chunk: int) -> None:
    run = go(upload(cast, many(100)), kind, chunk=chunk)
    assert run.status == "finished"
    assert run.rows_read == run.rows_total == 100
    # Nine say no; fourteen are the first row once more, of which one says no as well.
    assert (run.accepted, run.known, run.rejected) == (78, 13, 9)
    assert ConsentRecord.objects.count() == (run.accepted if kind == "import" else 0)
    assert ImportRow.objects.filter(run=run).count() == run.known + run.rejected


@pytest.mark.parametrize(
    "step", ["_begin", "_look_ahead", "apply_import_chunk", "_keep_verdicts", "_count", "_apply"]
)
@pytest.mark.parametrize("kind", ImportRun.Kind)
def test_a_run_that_died_goes_on_where_it_stopped(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, step: str, kind: ImportRun.Kind
) -> None:
    expected = go(upload(cast, many(100)), ImportRun.Kind.CHECK, chunk=9)
    run = begin(upload(cast, many(100)), kind)
    times = 1 if step in {"_begin", "_look_ahead"} else 4
    with monkeypatch.context() as patch:
        stop_after(patch, step, times)
        with pytest.raises(Stopped):
            work_on(run.pk, chunk=9)
    run.refresh_from_db()
    assert (run.status, run.finished_at) == ("running", None)
    assert run.rows_read == {"_begin": 0, "_look_ahead": 0, "_apply": 36}.get(step, 27)
    assert ConsentRecord.objects.count() == (run.accepted if kind == "import" else 0)
    assert tasks.sweep_imports() == 1
    run.refresh_from_db()
    assert (counts(run), run.codes) == (counts(expected), expected.codes)
    assert reasons(run) == reasons(expected)
    assert run.status == "finished"
    assert not ImportEvent.objects.exists()


def test_the_same_file_again_adds_nothing(cast: Cast) -> None:
    first = go(upload(cast, many(100)))
    before = ledger()
    again = go(upload(cast, many(100)))
    assert counts(again) == (100, 0, 100 - first.rejected, first.rejected)
    assert ledger() == before
    assert ConsentState.objects.count() == Contact.objects.count() == first.accepted
    foretold = check(upload(cast, many(100)))
    assert (counts(foretold), reasons(foretold)) == (counts(again), reasons(again))


def test_a_finished_run_does_nothing_more(cast: Cast) -> None:
    run = go(upload(cast, many(10)))
    assert work_on(run.pk)
    assert jobs.request(job=run.job, kind=ImportRun.Kind.IMPORT, tell_workers=False) == run
    assert tasks.sweep_imports() == 0
    assert ConsentRecord.objects.count() == run.accepted


def test_cancelling_stops_between_chunks_and_going_on_finishes(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begin(upload(cast, many(100)))
    count = run_module._count

    def cancel_at_thirty(now: ImportRun, *args: object) -> None:
        count(now, *args)  # type: ignore[arg-type]
        if now.rows_read == 30:
            assert jobs.cancel(run=now)

    with monkeypatch.context() as patch:
        patch.setattr(run_module, "_count", cancel_at_thirty)
        work_on(run.pk, chunk=10)
    run.refresh_from_db()
    assert (run.status, run.rows_read) == ("cancelled", 30)
    assert ConsentRecord.objects.count() == run.accepted
    assert not jobs.cancel(run=run)
    assert tasks.sweep_imports() == 0
    jobs.request(job=run.job, kind=ImportRun.Kind.IMPORT, tell_workers=False)
    work_on(run.pk)
    run.refresh_from_db()
    assert (run.status, run.rows_read) == ("finished", 100)


def test_a_run_that_waits_is_cancelled_at_once(cast: Cast) -> None:
    run = begin(upload(cast, many(10)))
    assert jobs.cancel(run=run)
    run.refresh_from_db()
    assert (run.status, run.finished_at is None) == ("cancelled", False)
    assert work_on(run.pk)
    assert not ConsentRecord.objects.exists()


def test_nothing_applies_without_an_attestation(cast: Cast) -> None:
    job = upload(cast, many(3))
    ImportJob.objects.filter(pk=job.pk).update(attested_at=None)
    with pytest.raises(ValidationError) as refused:
        begin(job)
    assert refused.value.code == "attestation_missing"
    assert check(job).accepted == 3
    with pytest.raises(IntegrityError, match="not_bought"), transaction.atomic():
        ImportJob.objects.filter(pk=job.pk).update(
            attested_at="2026-01-01T00:00Z", not_bought=False
        )


@pytest.mark.parametrize("missing", ["collected_by", "collection_method", "not_bought"])
def test_an_attestation_says_who_how_and_not_bought(cast: Cast, missing: str) -> None:
    job = upload(cast, many(3))
    said: dict[str, object] = {
        "collected_by": "Kim",
        "collection_method": "web",
        "not_bought": True,
    }
    said[missing] = False if missing == "not_bought" else "  "
    with pytest.raises(ValidationError) as refused:
        jobs.attest(job=job, user=cast.staff, **said)  # type: ignore[arg-type]
    assert refused.value.code == "attestation_missing"


def test_the_database_holds_that_every_row_read_has_a_verdict(cast: Cast) -> None:
    run = go(upload(cast, many(10)))
    for broken in ({"accepted": F("accepted") + 1}, {"rows_read": 0}, {"rows_total": 11}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ImportRun.objects.filter(pk=run.pk).update(**broken)


def test_new_columns_make_the_dry_run_void_and_an_import_fixes_them(cast: Cast) -> None:
    job = upload(cast, many(10))
    check(job)
    columns = {"mapping": job.mapping, "time_zone": "UTC", "date_order": "dmy"}
    jobs.set_columns(job=job, **columns)  # type: ignore[arg-type]
    assert not job.runs.exists()
    go(job)
    with pytest.raises(ValidationError) as refused:
        jobs.set_columns(job=job, **columns)  # type: ignore[arg-type]
    assert refused.value.code == "import_started"
