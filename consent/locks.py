"""The lock that gives everything about one number one order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def lock_contacts(contact_ids: Sequence[int]) -> datetime:
    """Lock these contacts until the transaction ends, in number order, and tell the time after.

    Everyone locks in number order, so two who want the same contacts never wait in a circle. The
    time is the database's clock once the last lock was had: a decision looks back from there, and
    facts must be read by a later statement, which alone sees what the wait was for.
    """
    with connection.cursor() as cursor:
        # NO KEY: rows that only refer to a contact (a new message) need not wait.
        cursor.execute(
            "SELECT 1 FROM consent_contact WHERE id = ANY(%s::bigint[]) "
            "ORDER BY number, id FOR NO KEY UPDATE",
            ["{" + ",".join(map(str, contact_ids)) + "}"],
        )
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    now: datetime = row[0]
    return now
