"""Step four of a round: write what the carrier said, and let the windows follow.

Only what is still under this worker's claim moves. What a callback has settled meanwhile keeps its
status; what a sweep declared unknown is settled by an answer that is certain.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from time import sleep
from typing import TYPE_CHECKING, Any

import orjson
from django.db import OperationalError, connection, transaction

from consent.locks import lock_contacts
from sending.carriers.errors import ACCOUNT_REJECTED, NOT_CONNECTED
from sending.carriers.outcome import Accepted, Outcome, Refused, TryLater, Unknown
from sending.dispatch import windows
from sending.dispatch.admit import LEASE
from sending.dispatch.arrays import numbers
from sending.dispatch.post import NotPosted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sending.dispatch.admit import Posting
    from sending.dispatch.post import Result

Row = dict[str, Any]

logger = logging.getLogger(__name__)
# In seconds; together well below the lease.
PAUSES = (0.1, 0.5, 2.0)

MOST_ATTEMPTS = 10
# Nothing that the message could help; it waits until the network or the account is mended.
_NO_ATTEMPT = frozenset({ACCOUNT_REJECTED, NOT_CONNECTED})

# It counts from its acceptance even where a person had said that it did not go, and never from
# before it was claimed, whatever a worker's clock says.
_ACCEPTED = """
    UPDATE sending_message message
    SET status = CASE WHEN status IN ('sending', 'unknown') THEN 'accepted' ELSE status END,
        reason = CASE WHEN status = 'unknown' THEN '' ELSE reason END,
        sid = row.sid, accepted_at = row.at, segments = row.segments,
        slot_at = CASE WHEN kind IN ('campaign', 'flow')
                       THEN greatest(row.at, lease_until - %(lease)s) END,
        updated_at = %(now)s
    FROM jsonb_to_recordset(%(rows)s::jsonb)
         AS row (id bigint, sid text, at timestamptz, segments int)
    WHERE message.id = row.id AND message.id = ANY(%(ids)s::bigint[])
      AND message.claim = %(claim)s AND message.sid IN ('', row.sid)
"""
_REFUSED = """
    UPDATE sending_message message
    SET status = 'failed', reason = row.reason, error_code = row.code, slot_at = NULL,
        updated_at = %(now)s
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS row (id bigint, reason text, code text)
    WHERE message.id = row.id AND message.id = ANY(%(ids)s::bigint[])
      AND message.claim = %(claim)s AND status IN ('sending', 'unknown')
"""
_AGAIN = """
    UPDATE sending_message message
    SET status = 'queued', reason = row.reason, error_code = row.code, claim = NULL,
        lease_until = NULL, slot_at = NULL, due_at = row.due_at,
        attempts = attempts - row.uncounted, updated_at = %(now)s
    FROM jsonb_to_recordset(%(rows)s::jsonb)
         AS row (id bigint, reason text, code text, due_at timestamptz, uncounted int)
    WHERE message.id = row.id AND message.id = ANY(%(ids)s::bigint[])
      AND message.claim = %(claim)s AND status = 'sending'
"""
_UNKNOWN = """
    UPDATE sending_message message
    SET status = 'unknown', reason = 'no_answer', updated_at = %(now)s
    WHERE message.id = ANY(%(ids)s::bigint[]) AND message.claim = %(claim)s AND status = 'sending'
"""


def settle_surely(claim: UUID, results: Sequence[Result]) -> None:
    """`settle`, again after a lost connection or a deadlock: it changes nothing twice.

    Answers that are not written down become unknown, so a moment's trouble must not lose them.
    """
    for pause in PAUSES:
        try:
            settle(claim, results)
        except OperationalError:
            logger.warning("settling %s results failed; trying again", len(results))
            connection.close()
            sleep(pause)
        else:
            return
    settle(claim, results)


def settle(claim: UUID, results: Sequence[Result]) -> None:
    """Write these results in one transaction, under the contacts' locks."""
    contact_ids = [posting.contact_id for posting, _ in results]
    with transaction.atomic():
        now = lock_contacts(contact_ids)
        _join_by_hash()
        for statement, rows in (
            (_ACCEPTED, _accepted(results, now)),
            (_REFUSED, _refused(results)),
            (_AGAIN, _again(results, now)),
            (_UNKNOWN, [{"id": one.message_id} for one, out in results if _is_unknown(out)]),
        ):
            if rows:
                _execute(statement, rows, claim=claim, now=now)
        windows.recompute(contact_ids)


def _accepted(results: Sequence[Result], now: datetime) -> list[Row]:
    return [
        {
            "id": one.message_id,
            "sid": outcome.sid,
            # Our clocks may differ by a little; an acceptance is never later than now.
            "at": min(outcome.at, now),
            "segments": outcome.segments,
        }
        for one, outcome in results
        if isinstance(outcome, Accepted)
    ]


def _refused(results: Sequence[Result]) -> list[Row]:
    rows: list[Row] = []
    for one, outcome in results:
        if isinstance(outcome, Refused):
            rows.append({"id": one.message_id, "reason": "carrier_refused", "code": outcome.code})
        elif isinstance(outcome, TryLater) and _gives_up(one, outcome):
            rows.append({"id": one.message_id, "reason": "carrier_busy", "code": outcome.code})
    return rows


def _again(results: Sequence[Result], now: datetime) -> list[Row]:
    """Back to the queue: certainly not sent, so its slot is free again."""
    rows: list[Row] = []
    for one, outcome in results:
        if isinstance(outcome, NotPosted):
            row: Row = {"reason": "", "code": "", "due_at": now, "uncounted": 1}
        elif isinstance(outcome, TryLater) and not _gives_up(one, outcome):
            row = {
                "reason": "carrier_busy",
                "code": outcome.code,
                "due_at": now + timedelta(seconds=outcome.after),
                "uncounted": int(outcome.code in _NO_ATTEMPT),
            }
        else:
            continue
        rows.append({"id": one.message_id, **row})
    return rows


def _is_unknown(outcome: Outcome | NotPosted) -> bool:
    return isinstance(outcome, Unknown)


def _gives_up(one: Posting, outcome: TryLater) -> bool:
    """Whether the carrier was too busy for this message too often."""
    return outcome.code not in _NO_ATTEMPT and one.attempts + 1 >= MOST_ATTEMPTS


def _join_by_hash() -> None:
    """For this transaction: the planner thinks that a claim has one message, and would compare
    each answer with each message.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")


def _execute(statement: str, rows: list[Row], *, claim: UUID, now: datetime) -> None:
    parameters: dict[str, Any] = {
        "rows": orjson.dumps(rows).decode(),
        "ids": numbers(row["id"] for row in rows),
        "claim": claim,
        "now": now,
        "lease": LEASE,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
