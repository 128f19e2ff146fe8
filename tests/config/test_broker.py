"""Celery's broker: in PostgreSQL made once, in a database of its own; there and in Redis it carries
tasks."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import environ
import psycopg
import pytest
import redis

from config import broker, env
from tests.ports import some_port
from tests.scratch import environment_for, scratch_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WORKER = [
    *(sys.executable, "-m", "celery", "--quiet", "--app", "tests.config.worker_app", "worker"),
    *("--queues", "default", "--concurrency", "2", "--hostname", "w@tests"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
]

REAL_WORKER = [part if part != "tests.config.worker_app" else "config" for part in WORKER]


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


@pytest.mark.parametrize(
    ("url", "options"),
    [
        (
            "redis://queue.example.com/0",
            {"visibility_timeout": 3600, "socket_connect_timeout": 10},
        ),
        (
            "rediss://:secret@queue.example.com/0",
            {"visibility_timeout": 3600, "socket_connect_timeout": 10},
        ),
        ("amqp://queue.example.com", {"confirm_publish": True}),
        ("amqps://queue.example.com", {"confirm_publish": True}),
    ],
)
def test_redis_and_rabbitmq_are_taken_by_address(
    settings: Any, url: str, options: dict[str, Any]
) -> None:
    """For RabbitMQ this compares options only; Redis carries tasks in a test below."""
    settings.CELERY_BROKER_URL = url
    broker.ensure_broker()
    assert broker.celery_options() == {"broker_url": url, "broker_transport_options": options}


def test_who_publishes_does_not_listen_and_a_worker_does(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "pgmq://"
    options = broker.celery_options()["broker_transport_options"]
    assert not options["use_notify"]
    assert broker.listening(options) == {**options, "use_notify": True}
    settings.CELERY_BROKER_URL = "redis://queue.example.com/0"
    options = broker.celery_options()["broker_transport_options"]
    assert broker.listening(options) == options


@pytest.mark.faults
def test_only_workers_hold_connections_that_listen(scratch: str, tmp_path: Path) -> None:
    """A publisher that listens never reads what it hears, until its server process is stuck."""
    environment = environment_for(scratch, tmp_path)
    broker.ensure_broker()
    code = (
        "import sys; from config.celery import app; app.send_task('nobody', queue='default'); "
        "print('sent', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code]
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(
            command, cwd=env.BASE_DIR, env=environment, stdin=pipe, stdout=pipe
        ) as publisher,
        psycopg.connect(broker.conninfo(), autocommit=True) as looking,
    ):
        assert publisher.stdout is not None
        assert publisher.stdout.readline() == b"sent\n"
        assert _listeners(looking) == 0
        publisher.communicate()
        worker = subprocess.Popen(REAL_WORKER, cwd=env.BASE_DIR, env=environment)
        try:
            _wait_until(lambda: _listeners(looking) > 0, "the worker does not listen")
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait(30)


def _listeners(looking: psycopg.Connection[Any]) -> int:
    row = looking.execute(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    ).fetchone()
    assert row is not None
    found: int = row[0]
    return found


def test_an_address_of_a_broker_in_postgresql_is_used_as_it_is(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "pgmq://queue:secret@db.example.com:5433/tasks"
    found = psycopg.conninfo.conninfo_to_dict(broker.conninfo())
    assert (found["host"], found["port"], found["dbname"]) == ("db.example.com", "5433", "tasks")


@dataclass
class Carrying:
    """A broker that runs: its address, and how what a dead worker held is given back at once."""

    url: str
    give_back: Callable[[], object]


@pytest.fixture(params=["pgmq", "redis"])
def carrying(
    request: pytest.FixtureRequest, scratch: str, settings: Any, tmp_path: Path
) -> Iterator[Carrying]:
    if request.param == "pgmq":
        broker.ensure_broker()
        yield Carrying("", _give_back_in_postgresql)
        return
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("needs redis-server; requirements/system.sh installs it where it can")
    port = some_port()
    server = subprocess.Popen(
        [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", tmp_path],
        stdout=subprocess.DEVNULL,
    )
    client = redis.Redis(port=port)
    try:
        _wait_until(lambda: _answers(client), "Redis does not start")
        settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{port}/0"
        yield Carrying(settings.CELERY_BROKER_URL, lambda: _give_back_in_redis(client))
    finally:
        client.close()
        server.terminate()
        server.wait(30)


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def _give_back_in_postgresql() -> None:
    with psycopg.connect(broker.conninfo()) as connection:
        connection.execute("UPDATE pgmq.q_default SET vt = now()")


def _give_back_in_redis(client: redis.Redis) -> None:
    """Make what the dead worker held older than the visibility timeout."""
    held = cast("list[tuple[bytes, float]]", client.zrange("unacked_index", 0, -1, withscores=True))
    assert held, "Redis knows of no task that was held"
    past = time.time() - broker.VISIBILITY_SECONDS
    assert all(score > past for _tag, score in held)
    client.zadd("unacked_index", {tag: past - 1 for tag, _score in held})


@pytest.mark.faults
def test_a_worker_that_is_killed_loses_no_task_and_leaves_no_child(
    scratch: str, carrying: Carrying, tmp_path: Path
) -> None:
    environment = environment_for(scratch, tmp_path) | {
        "TASK_OUTPUT": str(tmp_path / "out"),
        "CELERY_BROKER_URL": carrying.url,
    }
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
    carrying.give_back()
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
