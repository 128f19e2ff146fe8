"""Celery's broker in PostgreSQL: made once, in a database of its own, and it carries tasks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import environ
import psycopg
import pytest

from config import broker, env
from tests.scratch import environment_for, scratch_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORKER = [
    *(sys.executable, "-m", "celery", "--quiet", "--app", "tests.config.worker_app", "worker"),
    *("--queues", "default", "--concurrency", "2", "--hostname", "w@tests"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
]


@pytest.fixture
def scratch(settings: Any) -> Iterator[str]:
    with scratch_database() as url:
        settings.DATABASES["default"] = environ.Env.db_url_config(url)
        settings.CELERY_BROKER_URL = "pgmq://"
        yield url


def test_many_who_make_the_broker_at_once_make_one(scratch: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(broker.ensure_broker) for _ in range(8)]:
            done.result()
    with psycopg.connect(broker.conninfo()) as connection:
        assert connection.info.dbname == broker.broker_database()
        assert connection.execute("SELECT count(*) FROM pgmq.meta").fetchone() == (0,)
    with psycopg.connect(scratch) as own:
        assert own.execute("SELECT to_regnamespace('pgmq')").fetchone() == (None,)


def test_redis_and_rabbitmq_are_taken_by_address(settings: Any) -> None:
    for url in ("redis://queue.example.com/0", "amqp://queue.example.com"):
        settings.CELERY_BROKER_URL = url
        broker.ensure_broker()
        assert broker.celery_options() == {"broker_url": url}


def test_an_address_of_a_broker_in_postgresql_is_used_as_it_is(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "pgmq://queue:secret@db.example.com:5433/tasks"
    found = psycopg.conninfo.conninfo_to_dict(broker.conninfo())
    assert (found["host"], found["port"], found["dbname"]) == ("db.example.com", "5433", "tasks")


@pytest.mark.faults
def test_a_worker_that_is_killed_loses_no_task_and_leaves_no_child(
    scratch: str, tmp_path: Path
) -> None:
    environment = environment_for(scratch, tmp_path) | {"TASK_OUTPUT": str(tmp_path / "out")}
    broker.ensure_broker()
    _publish(environment, "slow", 1)
    first = subprocess.Popen(WORKER, cwd=env.BASE_DIR, env=environment)
    try:
        started = _wait_for(tmp_path / "out", lines=1)
        first.kill()
        first.wait()
        child = int(started[0].split()[1])
        _wait_until(lambda: not _alive(child), "the pool's child outlived its worker")
    finally:
        first.kill()
    # What the dead worker held becomes visible again; here by hand, not after an hour.
    with psycopg.connect(broker.conninfo()) as connection:
        connection.execute("UPDATE pgmq.q_default SET vt = now()")
    _publish(environment, "quick", 2)
    second = subprocess.Popen(WORKER, cwd=env.BASE_DIR, env=environment)
    try:
        lines = _wait_for(tmp_path / "out", lines=4)
    finally:
        second.send_signal(signal.SIGTERM)
        second.wait(30)
    names = [line.split()[0] for line in lines]
    assert names.count("slow") == 2, "the task of the killed worker was given out again"
    assert names.count("quick") == 2
    # Each child has a connection of its own: one backend never serves two processes.
    pairs = {tuple(line.split()[1:3]) for line in lines}
    backends = [backend for _process, backend in pairs]
    assert len(backends) == len(set(backends))


def _publish(environment: dict[str, str], name: str, times: int) -> None:
    code = f"from tests.config.worker_app import {name} as t; [t.delay() for _ in range({times})]"
    subprocess.run([sys.executable, "-c", code], cwd=env.BASE_DIR, env=environment, check=True)


def _wait_for(path: Path, lines: int) -> list[str]:
    def found() -> list[str]:
        return path.read_text().splitlines() if path.exists() else []

    _wait_until(lambda: len(found()) >= lines, f"fewer than {lines} lines")
    return found()


def _wait_until(condition: Any, otherwise: str) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.1)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
