"""Tollgate's Celery application with two tasks of the tests; workers of the tests load it."""

from __future__ import annotations

import os
import time

import django

from config.celery import app

django.setup()


def _write_down(name: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    with open(os.environ["TASK_OUTPUT"], "a") as output:  # noqa: PTH123
        output.write(f"{name} {os.getpid()} {backend}\n")


@app.task(name="tests.slow")
def slow() -> None:
    _write_down("slow")
    # Long enough to be killed in; the second time nobody waits for its end.
    time.sleep(5)


@app.task(name="tests.quick")
def quick() -> None:
    _write_down("quick")
