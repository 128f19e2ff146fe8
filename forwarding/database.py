"""The database for calls: a few connections of their own, and never a caller kept waiting.

A carrier that gets no answer in time reads an error to the caller. So whatever a call needs of the
database is had within `SECONDS`, or `DatabaseAway` says that it is not to be had: the server is
down, unreachable, or does not answer. Django's own connections know no such limit.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from django.db import connection as django_connection
from psycopg_pool import ConnectionPool, PoolTimeout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg.abc import PQGen

SECONDS = 1.0
# Whoever finds the database away spares those behind it the wait: for this long nobody looks, and
# then one at a time.
AWAY_SECONDS = 1.0
MOST_CONNECTIONS = 16

Value = TypeVar("Value")


class DatabaseAway(Exception):  # noqa: N818  a state, not a fault
    """Nothing was answered in time; what was asked may or may not have been done."""


class PunctualConnection(psycopg.Connection[Any]):
    """Gives up waiting for the server at ``deadline``, a time of `monotonic`."""

    deadline = float("inf")

    def wait(self, gen: PQGen[Value], interval: float = 0.1, timeout: float | None = None) -> Value:
        left = self.deadline - monotonic()
        if left != float("inf"):
            timeout = max(left, 0.0) if timeout is None else min(timeout, max(left, 0.0))
        return super().wait(gen, interval, timeout)


class CallDatabase:
    """One per process; its pool is opened when the first call comes in, after every fork."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ConnectionPool[PunctualConnection] | None = None
        self._process = 0
        self._away_until = 0.0
        # Held by the one that looks whether the database is back.
        self._looking = threading.Lock()

    @property
    def away(self) -> bool:
        """Whether the last call found the database away; the next one that reaches it ends that."""
        return bool(self._away_until)

    def run(self, work: Callable[[PunctualConnection], Value]) -> Value:
        """What ``work`` returns; each statement in it commits by itself. Raises `DatabaseAway`.

        ``work`` may be done twice, when the first connection turns out to have died while idle: it
        must not mind.
        """
        if not self._away_until:
            return self._punctually(work)
        # It was away last time: one caller in a while waits to see, and the others are spared.
        if monotonic() < self._away_until or not self._looking.acquire(blocking=False):
            raise DatabaseAway
        try:
            return self._punctually(work)
        finally:
            self._looking.release()

    def _punctually(self, work: Callable[[PunctualConnection], Value]) -> Value:
        deadline = monotonic() + SECONDS
        try:
            value = self._twice(work, deadline)
        except (psycopg.OperationalError, PoolTimeout) as error:
            self._away_until = monotonic() + AWAY_SECONDS
            raise DatabaseAway from error
        self._away_until = 0.0
        return value

    def _twice(self, work: Callable[[PunctualConnection], Value], deadline: float) -> Value:
        try:
            with self._connection(deadline) as connection:
                return work(connection)
        except PoolTimeout:
            raise
        except psycopg.OperationalError:
            if monotonic() >= deadline:
                raise
        # The server was restarted since; every idle connection may be as dead as this one.
        self._opened().drain()
        with self._connection(deadline) as connection:
            return work(connection)

    def forget(self) -> None:
        """Close every connection, and know of no outage; the next call opens new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        self._away_until = 0.0
        if pool is not None:
            pool.close(timeout=0)

    @contextmanager
    def _connection(self, deadline: float) -> Iterator[PunctualConnection]:
        pool = self._opened()
        connection = pool.getconn(timeout=max(deadline - monotonic(), 0.01))
        connection.deadline = deadline
        try:
            yield connection
        except BaseException:
            # What the server still does with it nobody waits for.
            connection.close()
            raise
        finally:
            connection.deadline = float("inf")
            pool.putconn(connection)

    def _opened(self) -> ConnectionPool[PunctualConnection]:
        with self._lock:
            if self._pool is None or self._process != os.getpid():
                self._process = os.getpid()
                self._pool = ConnectionPool(
                    kwargs={**_parameters(), "autocommit": True, "connect_timeout": 2},
                    connection_class=PunctualConnection,
                    min_size=1,
                    max_size=MOST_CONNECTIONS,
                    max_idle=60.0,
                    reconnect_timeout=SECONDS,
                    open=True,
                )
            return self._pool


# What concerns Django alone.
_DJANGOS = {"context", "cursor_factory", "prepare_threshold"}


def _parameters() -> dict[str, Any]:
    """Where Django's own connection goes. Statements are prepared: for each call planning them
    would cost the server more than carrying them out."""
    given = django_connection.get_connection_params()
    return {name: given[name] for name in given if name not in _DJANGOS} | {"prepare_threshold": 0}


calls = CallDatabase()
