"""What the gate writes for a batch, set-based: one COPY of decisions, one statement a fate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from sending.dispatch.arrays import codes, numbers
from sending.gate.codes import Code

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sending.dispatch.claim import Claimed
    from sending.gate.facts import Facts

_ALLOWED = Code.ALLOWED.value
_SLASH = "\\"


class Row(NamedTuple):
    """One decided message; ``body`` is kept with it where it is not empty.

    ``reason`` is why it does not go: the verdict's code, or that its text cannot be made; empty
    when it goes. The decision keeps the verdict, which can be repeated from the facts alone.
    """

    message: Claimed
    policy_id: int
    code: str
    limits_hit: tuple[str, ...]
    facts: Facts
    body: str
    reason: str


_COPY = """
    COPY sending_decision
        (workspace_id, message_id, contact_id, policy_id, at, allowed, code, limits_hit, facts)
    FROM STDIN
"""
# By = ANY as well, for which the planner uses the index however large the table is.
_SKIP = """
    UPDATE sending_message message
    SET status = 'skipped', reason = row.code, limits_hit = row.limits_hit, updated_at = %s
    FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS row (id, code, limits_hit)
    WHERE message.id = row.id AND message.id = ANY(%s::bigint[])
"""
_SEND = """
    UPDATE sending_message
    SET status = 'sending', reason = '', claim = %(claim)s, lease_until = %(lease_until)s,
        slot_at = CASE WHEN kind IN ('campaign', 'flow') THEN %(lease_until)s END,
        attempts = attempts + 1, updated_at = %(now)s
    WHERE id = ANY(%(ids)s::bigint[])
"""
# What was sent is kept where it is not the campaign's own text.
_KEEP_TEXT = """
    UPDATE sending_message message SET body = row.body
    FROM unnest(%s::bigint[], %s::text[]) AS row (id, body)
    WHERE message.id = row.id AND message.id = ANY(%s::bigint[])
"""


def write_decisions(rows: Sequence[Row], now: datetime) -> None:
    """Copy the batch's decisions in as one block of PostgreSQL's text format."""
    at = now.isoformat()
    lines = [
        f"{row.message.workspace_id}\t{row.message.id}\t{row.message.contact_id}\t"
        f"{row.policy_id}\t{at}\t{'t' if row.code == _ALLOWED else 'f'}\t{row.code}\t"
        # JSON escapes tabs and line ends itself; COPY wants each backslash of it twice.
        f"{','.join(row.limits_hit)}\t{row.facts.dump().decode().replace(_SLASH, _SLASH * 2)}\n"
        for row in rows
    ]
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write("".join(lines))


def mark(rows: Sequence[Row], *, claim: UUID, now: datetime, lease_until: datetime) -> None:
    """Skip what was refused, with its reason; put the rest under a lease.

    What is promotional takes up a slot until the end of the lease, as `sending.gate.rules` counts.
    """
    skipped = [row for row in rows if row.reason]
    passed = [row for row in rows if not row.reason]
    with connection.cursor() as cursor:
        if skipped:
            cursor.execute(
                _SKIP,
                [
                    now,
                    numbers(row.message.id for row in skipped),
                    codes(row.reason for row in skipped),
                    codes(",".join(row.limits_hit) for row in skipped),
                    numbers(row.message.id for row in skipped),
                ],
            )
        if passed:
            ids = numbers(row.message.id for row in passed)
            values: dict[str, Any] = {
                "claim": claim,
                "lease_until": lease_until,
                "now": now,
                "ids": ids,
            }
            cursor.execute(_SEND, values)
        personal = [row for row in passed if row.body]
        if personal:
            ids = numbers(row.message.id for row in personal)
            cursor.execute(_KEEP_TEXT, [ids, [row.body for row in personal], ids])
