"""The metronome's sign of life: whether beat sends tasks off and a worker takes them up."""

from __future__ import annotations

from django.db import connection

LATE_AFTER = 60.0
"""Seconds. A worker with much to do is heard of every 20 to 30 seconds, an idle one each second."""

_NOTE = """
    INSERT INTO sending_heartbeat (id, at) VALUES (1, clock_timestamp())
    ON CONFLICT (id) DO UPDATE SET at = excluded.at WHERE sending_heartbeat.at < excluded.at
"""
_AGE = "SELECT extract(epoch FROM clock_timestamp() - max(at)) FROM sending_heartbeat"


def note() -> None:
    """A round of the metronome begins now, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE)


def age() -> float | None:
    """Seconds since the last round began; None when there has never been one."""
    with connection.cursor() as cursor:
        cursor.execute(_AGE)
        (seconds,) = cursor.fetchone()
    return None if seconds is None else max(0.0, float(seconds))
