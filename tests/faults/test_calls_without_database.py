"""The whole product loses its database while callers call: web server, beat, worker and all."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import psycopg
import pytest
from twilio.request_validator import RequestValidator

from config import env
from tests.config.test_up import Running, wait_until
from tests.forwarding.calling import TOKEN
from tests.forwarding.pg_line import Line, State
from tests.ports import some_port
from tests.scratch import environment_for, scratch_database

pytestmark = pytest.mark.faults
ALLOWED_SECONDS = 2.0
CALLERS = 50

_FILL = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from tests.cast import Cast
from tests.forwarding.calling import rule
cast = Cast.assemble()
rule(cast)
print(cast.sender.account_id, cast.sender.account.account_sid, cast.sender.number)
"""


def test_fifty_callers_hear_ringing_and_are_logged_once_the_database_is_back(
    settings: Any, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("line")
    with (
        scratch_database() as direct,
        Line(directory, settings.EMBEDDED_POSTGRES.socket_directory) as line,
    ):
        over = f"postgresql://postgres@{urlsplit(direct).path}?host={directory}"
        running = _start(environment_for(over, tmp_path), tmp_path / "up.log")
        try:
            call = _caller(environment_for(direct, tmp_path), running.port)
            assert "<Dial" in call("CA-before")[1]
            for state in (State.GONE, State.SILENT):
                _cut(line, state, call)
            line.set(State.WELL)
            # Beat, broker and worker come back by themselves, and the worker logs.
            with psycopg.connect(direct, autocommit=True) as looking:
                wait_until(lambda: _logged(looking) == 2 * CALLERS, running, seconds=120)
            assert "<Dial" in call("CA-after")[1]
            assert list((tmp_path / "calls").iterdir()) == []
        finally:
            running.process.terminate()
            running.process.wait(90)


def _cut(line: Line, state: State, call: Any) -> None:
    line.set(state)
    with ThreadPoolExecutor(CALLERS) as pool:
        answers = list(pool.map(call, [f"CA-{state.name}-{n}" for n in range(CALLERS)]))
    for seconds, markup in answers:
        assert "<Pause" in markup
        assert "<Dial" not in markup
        assert seconds < ALLOWED_SECONDS
    line.set(State.WELL)
    # Until the web server has found that the database is back.
    deadline = time.monotonic() + 30
    number = 0
    while "<Dial" not in call(f"CA-{state.name}-back-{number}")[1]:
        assert time.monotonic() < deadline
        time.sleep(0.5)
        number += 1


def _logged(looking: psycopg.Connection[Any]) -> int:
    row = looking.execute(
        "SELECT count(*) FROM forwarding_call WHERE reason = 'database_away' "
        "AND sid ~ '^CA-(GONE|SILENT)-[0-9]+$' AND decision = 'ring'"
    ).fetchone()
    assert row is not None
    found: int = row[0]
    return found


def _start(environment: dict[str, str], log: Path) -> Running:
    port = some_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "manage.py", "up", "--port", str(port), "--workers", "1"),
                "--no-simulator",
            ],
            cwd=env.BASE_DIR,
            env=environment,
            stdout=output,
            stderr=output,
        )
    running = Running(process, port, log)
    wait_until(lambda: "Ctrl-C" in running.text() or process.poll() is not None, running)
    assert process.poll() is None, running.text()
    return running


def _caller(environment: dict[str, str], port: int) -> Any:
    """A function that places a call by its id, and gives the seconds it took and the markup."""
    filled = subprocess.run(
        [sys.executable, "-c", _FILL],
        cwd=env.BASE_DIR,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    account, account_sid, number = filled.stdout.split()
    address = f"http://127.0.0.1:{port}/carrier/call/{account}/"

    def call(sid: str) -> tuple[float, str]:
        form = {
            "AccountSid": account_sid,
            "CallSid": sid,
            "CallStatus": "ringing",
            "From": "+12395550177",
            "To": number,
        }
        signature = RequestValidator(TOKEN).compute_signature(address, form)
        request = urllib.request.Request(address, urlencode(form).encode())
        request.add_header("X-Twilio-Signature", signature)
        started = time.monotonic()
        with urllib.request.urlopen(request, timeout=15) as answer:
            markup: str = answer.read().decode()
        return time.monotonic() - started, markup

    return call
