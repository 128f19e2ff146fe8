"""`manage.py up` with real processes: starts, restarts, stops, and leaves nobody behind."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil
import pytest

from config import env
from config.embedded import EmbeddedPostgres
from tests.ports import some_port
from tests.scratch import environment_for, scratch_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.faults
PROGRAMS = {"web", "beat", "dispatch", "worker", "carrier"}


@dataclass
class Running:
    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def text(self) -> str:
        return self.log.read_text()

    def children(self) -> list[psutil.Process]:
        found: list[psutil.Process] = psutil.Process(self.process.pid).children(recursive=True)
        return found

    def one(self, *words: str) -> psutil.Process:
        """The process right below `up` whose command line has all these words."""
        for child in psutil.Process(self.process.pid).children():
            if set(words) <= set(child.cmdline()):
                return child
        raise AssertionError(f"no {words} below up")

    def has(self, *words: str) -> bool:
        try:
            self.one(*words)
        except (AssertionError, psutil.NoSuchProcess):
            return False
        return True

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    data = tmp_path_factory.mktemp("up")
    with scratch_database() as url:
        yield environment_for(url, data)


@pytest.fixture
def up(place: dict[str, str], tmp_path: Path) -> Iterator[Running]:
    port = some_port()
    log = tmp_path / "up.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "manage.py", "up", "--port", str(port), "--workers", "1"),
                *("--simulator-port", str(some_port())),
            ],
            cwd=env.BASE_DIR,
            env=place,
            stdout=output,
            stderr=output,
        )
    running = Running(process, port, log)
    wait_until(lambda: "Ctrl-C" in running.text() or process.poll() is not None, running)
    assert process.poll() is None, running.text()
    everyone = running.children()
    yield running
    if process.poll() is None:
        process.kill()
        process.wait()
    for child in everyone:
        if child.is_running():
            child.kill()


def wait_until(condition: Callable[[], bool], running: Running, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, running.text()
        time.sleep(0.1)


def gone(processes: list[psutil.Process]) -> bool:
    return not [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def test_it_says_where_it_is_answers_and_stops_without_a_trace(up: Running) -> None:
    assert f"Tollgate is at http://127.0.0.1:{up.port}/" in up.text()
    assert up.answers()
    phones = re.search(r"shows its phones at (\S+)", up.text())
    assert phones is not None
    with urllib.request.urlopen(phones[1], timeout=10) as page:
        assert page.status == 200
    family = up.children()
    assert len(family) >= len(PROGRAMS)
    up.process.send_signal(signal.SIGTERM)
    assert up.process.wait(60) == 0, up.text()
    assert gone(family)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", up.port)) != 0
    assert "Traceback" not in up.text()


def test_ctrl_c_stops_it_too_and_it_starts_again(up: Running) -> None:
    family = up.children()
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(60) == 0, up.text()
    assert gone(family)
    assert "Traceback" not in up.text()


def test_a_second_ctrl_c_ends_it_at_once_and_leaves_nobody(up: Running) -> None:
    family = up.children()
    for _twice in range(2):
        up.process.send_signal(signal.SIGINT)
        time.sleep(0.3)
    assert up.process.wait(30) == 0, up.text()
    wait_until(lambda: gone(family), up, seconds=15)
    assert "Traceback" not in up.text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_while_it_starts_it_leaves_no_postgresql(
    tmp_path: Path, number: signal.Signals
) -> None:
    server = EmbeddedPostgres(tmp_path)
    with (tmp_path / "up.log").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", str(some_port())],
            cwd=env.BASE_DIR,
            env={**environment_for("", tmp_path), "DATABASE_URL": ""},
            stdout=output,
            stderr=output,
        )
    running = Running(process, 0, tmp_path / "up.log")
    try:
        wait_until(lambda: ready(server) or process.poll() is not None, running)
        assert process.poll() is None, running.text()
        process.send_signal(number)
        assert process.wait(60) == 128 + number, running.text()
        wait_until(lambda: not (server.cluster / "postmaster.pid").exists(), running, seconds=10)
        assert "Tollgate is at" not in running.text()
        assert "Traceback" not in running.text()
    finally:
        process.kill()
        process.wait()
        server.stop()
        # As root it lies elsewhere; see `EmbeddedPostgres`.
        shutil.rmtree(server.cluster.resolve(), ignore_errors=True)
        shutil.rmtree(server.socket_directory, ignore_errors=True)


def ready(server: EmbeddedPostgres) -> bool:
    try:
        return "ready" in (server.cluster / "postmaster.pid").read_text()
    except OSError:
        return False


def test_who_dies_comes_back(up: Running) -> None:
    worker = up.one("worker", "--queues", "dispatch")
    web = up.one("gunicorn")
    family = worker.children(recursive=True) + web.children(recursive=True)
    worker.kill()
    web.kill()
    wait_until(lambda: "dispatch ended (SIGKILL)" in up.text(), up)
    wait_until(lambda: "web ended (SIGKILL)" in up.text(), up)
    wait_until(lambda: gone(family), up, seconds=15)
    wait_until(lambda: up.answers(), up)
    wait_until(lambda: up.has("worker", "--queues", "dispatch"), up)
    assert up.one("worker", "--queues", "dispatch").pid != worker.pid


def test_killed_itself_it_takes_everyone_along_and_starts_again(
    up: Running, place: dict[str, str]
) -> None:
    family = up.children()
    assert family
    up.process.kill()
    up.process.wait()
    wait_until(lambda: gone(family), up, seconds=45)
    again = subprocess.run(
        [sys.executable, "manage.py", "up", "--port", str(up.port), "--seconds", "0.1"],
        cwd=env.BASE_DIR,
        env=place,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert again.returncode == 0, again.stdout + again.stderr
    assert "Tollgate is at" in again.stdout


def test_a_second_one_in_the_same_place_and_a_taken_port_are_refused(
    up: Running, place: dict[str, str], tmp_path: Path
) -> None:
    second = _refused(place)
    assert "already running in this directory" in second
    elsewhere = {**place, "DATA_DIR": str(tmp_path / "elsewhere")}
    assert f"--port {up.port} is taken" in _refused(elsewhere, "--port", str(up.port))
    assert re.search("--workers must lie", _refused(elsewhere, "--workers", "0"))


def _refused(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", "up", *arguments],
        cwd=env.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_a_database_that_cannot_be_reached_is_named_in_one_line(tmp_path: Path) -> None:
    nowhere = f"postgresql://nobody@/nothing?host={tmp_path}"
    told = _refused({**environment_for(nowhere, tmp_path), "PATH": os.environ["PATH"]})
    assert "DATABASE_URL" in told
