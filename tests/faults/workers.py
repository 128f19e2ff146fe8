"""Real Celery workers on the test database, in processes that a test may kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent
LEASE_SECONDS = 20


def database_url() -> str:
    """The address of the database that this test uses."""
    name = connection.settings_dict["NAME"]
    if settings.EMBEDDED_POSTGRES is not None:
        return str(settings.EMBEDDED_POSTGRES.url(name))
    parts = psycopg.conninfo.conninfo_to_dict(connection.connection.info.dsn)
    password = connection.settings_dict["PASSWORD"]
    host, port = parts.get("host", "localhost"), parts.get("port", 5432)
    return f"postgresql://{parts.get('user')}:{password}@{host}:{port}/{name}"


def environment() -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DISPATCH_LEASE_SECONDS": str(LEASE_SECONDS),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOG_LEVEL": "WARNING",
    }


_WAKE = """
import sys, django
django.setup()
from config.broker import ensure_broker
from sending.tasks import metronome
ensure_broker()
for _ in range(int(sys.argv[1])):
    metronome.delay()
"""


class Workers:
    """One Celery worker with so many processes, and its beat; ``output`` is all that they said."""

    def __init__(self, output: Path, *, processes: int, program: str = "celery") -> None:
        self.output = output
        self._processes = processes
        self._program = program
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        worker = [
            *("worker", "--queues", "dispatch,default", "--concurrency", str(self._processes)),
            *("--hostname", "test@tollgate", "--without-gossip", "--without-mingle"),
            *("--without-heartbeat", "--loglevel", "WARNING"),
        ]
        schedule = self.output.with_suffix(".beat")
        schedule.unlink(missing_ok=True)
        beat = ["beat", "--schedule", str(schedule), "--loglevel", "WARNING", "--pidfile="]
        for arguments in (worker, beat):
            with self.output.open("ab") as output:
                process = subprocess.Popen(
                    [sys.executable, "-m", self._program, "--app", "config", *arguments],
                    cwd=ROOT,
                    env=environment(),
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
            self._running.append(process)

    def wake_all(self) -> None:
        """Queue a beat for each process before any is there, so that all begin at one moment."""
        subprocess.run(
            [sys.executable, "-c", _WAKE, str(self._processes)],
            cwd=ROOT,
            env=environment(),
            check=True,
        )

    def kill(self) -> None:
        """End every process at once, as a crash does."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        running, self._running = self._running, []
        for process in running:
            os.killpg(process.pid, number)
        for process in running:
            process.wait(timeout=60)

    def said(self) -> str:
        return self.output.read_text(errors="replace") if self.output.exists() else ""


@contextmanager
def working(workers: Workers) -> Iterator[Workers]:
    workers.start()
    try:
        yield workers
    finally:
        workers.kill()


def wait_until(condition: object, *, seconds: float, what: str, workers: Workers) -> None:
    """Wait for ``condition()``; fail with what the workers said when it does not come."""
    assert callable(condition)
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"{what} in {seconds} s:\n{workers.said()[-3000:]}"
        time.sleep(0.25)
