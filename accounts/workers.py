"""Waking a worker. PostgreSQL knows what there is to do; a task only makes somebody look soon."""

from __future__ import annotations

import logging
import threading

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)
_THREADS = "wake"


def wake(task: str, *arguments: int) -> None:
    """Send off ``task`` once the transaction is committed, at once where there is none.

    Nobody waits for a broker that is away: what no worker was told of is found by a sweep, so every
    task that is sent off in this way needs one.
    """
    transaction.on_commit(lambda: _in_background(task, arguments))


def finish_waking(*, seconds: float) -> None:
    """Wait until the broker was told of everything; for who forks next and can have no threads."""
    for thread in threading.enumerate():
        if thread.name == _THREADS:
            thread.join(seconds)


def _in_background(task: str, arguments: tuple[int, ...]) -> None:
    threading.Thread(target=_send, args=(task, arguments), daemon=True, name=_THREADS).start()


def _send(task: str, arguments: tuple[int, ...]) -> None:
    try:
        current_app.send_task(task, arguments)
    except Exception:
        logger.warning("the broker could not be told of %s", task, exc_info=True)
