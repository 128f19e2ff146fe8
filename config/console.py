"""Runs a command; a database that cannot be used is one clear line, not a traceback."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, NoReturn

from django.core.management import execute_from_command_line
from django.db import OperationalError, ProgrammingError
from psycopg.errors import UndefinedColumn, UndefinedTable

if TYPE_CHECKING:
    from types import FrameType


def run(arguments: list[str]) -> None:
    """As Django's `execute_from_command_line`; ``--traceback`` shows what happened in full.

    Exits with 1 when the database does not answer, breaks off, or lacks this release's tables, and
    with 130 on Ctrl-C.
    """
    try:
        execute_from_command_line(arguments)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    except (OperationalError, ProgrammingError) as error:
        sentence = _sentence(error)
        if sentence is None or "--traceback" in arguments:
            raise
        sys.exit(f"tollgate: {sentence}")


def end_by_exception() -> None:
    """Let SIGTERM and SIGHUP end this process as Ctrl-C does: what has to be undone is undone."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        # Whoever was started with nohup goes on.
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def _sentence(error: OperationalError | ProgrammingError) -> str | None:
    """What is wrong with the database; None where the fault is in the statement."""
    if isinstance(error, OperationalError):
        return f"the database of DATABASE_URL cannot be used: {' '.join(str(error).split())}"
    if isinstance(error.__cause__, UndefinedTable | UndefinedColumn):
        return "the database lacks tables of this release; run manage.py migrate."
    return None
