"""Commands where the database is not there: one line that says so, and a failing exit."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.config.test_env import manage
from tests.scratch import scratch_database

OFFERS = ("--workspace", "acme", "--purpose", "Offers")


def _closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.parametrize(
    "command",
    [
        ("send_campaign", *OFFERS, "--body", "Hi"),
        ("preflight", "1"),
        ("explain", "+12395550101", *OFFERS),
        ("import_optins", "optins.csv", *OFFERS, "--dry-run"),
        ("migrate",),
    ],
    ids=lambda command: command[0],
)
def test_a_database_that_does_not_answer_is_one_line(command: tuple[str, ...]) -> None:
    port = _closed_port()
    address = f"postgresql://tollgate:sesame@127.0.0.1:{port}/tollgate"
    ran = manage(*command, DEBUG="true", DATABASE_URL=address)
    assert ran.returncode == 1
    (line,) = ran.stderr.splitlines()
    assert line.startswith("tollgate: the database of DATABASE_URL cannot be used: ")
    assert str(port) in line
    assert "sesame" not in line
    assert ran.stdout == ""


def test_the_whole_traceback_is_there_for_whoever_asks() -> None:
    address = f"postgresql://tollgate@127.0.0.1:{_closed_port()}/tollgate"
    ran = manage("preflight", "1", "--traceback", DEBUG="true", DATABASE_URL=address)
    assert ran.returncode == 1
    assert "Traceback" in ran.stderr


def test_a_database_without_tables_says_what_to_do(tmp_path: Path) -> None:
    with scratch_database() as address:
        ran = manage("preflight", "1", DEBUG="true", DATABASE_URL=address, DATA_DIR=str(tmp_path))
    assert ran.returncode == 1
    assert ran.stderr.splitlines() == [
        "tollgate: the database lacks tables of this release; run manage.py migrate."
    ]
