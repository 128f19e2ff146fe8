"""Several at one import at once: the run goes on under one of them, and nothing is done twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from consent.imports import run as run_module
from consent.imports.run import work_on
from consent.models import ConsentRecord, ConsentState, ImportRow, ImportRun
from tests.cast import Cast
from tests.consent.files import begin, many, numbers, table, upload


@pytest.mark.django_db(transaction=True)
def test_many_workers_on_one_run_apply_each_row_once(cast: Cast) -> None:
    job = upload(cast, many(300))
    run = begin(job)
    barrier = threading.Barrier(4)
    outcomes: list[bool] = []

    def work() -> None:
        try:
            barrier.wait()
            outcomes.append(work_on(run.pk, chunk=10))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.refresh_from_db()
    assert outcomes.count(False) >= 1
    assert (run.status, run.rows_read) == ("finished", 300)
    assert ConsentRecord.objects.count() == run.accepted
    assert ImportRow.objects.filter(run=run).count() == run.known + run.rejected


@pytest.mark.django_db(transaction=True)
def test_even_without_the_lock_of_the_process_the_row_of_the_run_decides(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second defence alone: a worker whose run was moved on by another gives up."""
    job = upload(cast, many(300))
    run = begin(job)

    @contextmanager
    def everyone(run_id: int) -> Iterator[bool]:
        yield True

    monkeypatch.setattr(run_module, "_alone", everyone)
    failures: list[BaseException] = []
    barrier = threading.Barrier(4)

    def work() -> None:
        try:
            barrier.wait()
            work_on(run.pk, chunk=10)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work_on(run.pk)
    run.refresh_from_db()
    assert failures == []
    assert (run.status, run.rows_read) == ("finished", 300)
    assert ConsentRecord.objects.count() == run.accepted


@pytest.mark.django_db(transaction=True)
def test_two_files_with_the_same_people_at_once_wait_for_each_other(cast: Cast) -> None:
    """Opposite orders would lock in a circle if contacts were not taken in number order."""
    rows = [{"number": number} for number in numbers(400)]
    runs = [begin(upload(cast, table(*rows))), begin(upload(cast, table(*reversed(rows))))]
    failures: list[BaseException] = []
    barrier = threading.Barrier(2)

    def work(run: ImportRun) -> None:
        try:
            barrier.wait()
            work_on(run.pk, chunk=400)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    for run in runs:
        run.refresh_from_db()
    assert sum(run.accepted for run in runs) == 400
    assert sum(run.known for run in runs) == 400
    assert ConsentRecord.objects.count() == ConsentState.objects.count() == 400
