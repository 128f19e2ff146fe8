"""Step four of a round: write what the carrier said, and let the windows follow.

Only what is still under this worker's claim moves. What a callback has settled meanwhile keeps its
status; what a sweep declared unknown is settled by an answer that is certain.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from consent.locks import lock_contacts
from sending.carriers.errors import ACCOUNT_REJECTED, NOT_CONNECTED
from sending.carriers.outcome import Accepted, Refused, TryLater, Unknown
from sending.dispatch import windows
from sending.dispatch.post import NotPosted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sending.dispatch.admit import Posting
    from sending.dispatch.post import Result

MOST_ATTEMPTS = 10
# Nothing that the message could help; it waits until the network or the account is mended.
_NO_ATTEMPT = frozenset({ACCOUNT_REJECTED, NOT_CONNECTED})

# A slot is taken up only by what counts, so only there the acceptance moves it.
_ACCEPTED = """
    UPDATE sending_message message
    SET status = CASE WHEN status IN ('sending', 'unknown') THEN 'accepted' ELSE status END,
        reason = CASE WHEN status = 'unknown' THEN '' ELSE reason END,
        sid = row.sid, accepted_at = row.at, segments = row.segments,
        slot_at = CASE WHEN slot_at IS NULL THEN NULL ELSE row.at END, updated_at = %s
    FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::int[])
         AS row (id, sid, at, segments)
    WHERE message.id = row.id AND message.id = ANY(%s)
      AND message.claim = %s AND message.sid IN ('', row.sid)
"""
_REFUSED = """
    UPDATE sending_message message
    SET status = 'failed', reason = row.reason, error_code = row.code, slot_at = NULL,
        updated_at = %s
    FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS row (id, reason, code)
    WHERE message.id = row.id AND message.id = ANY(%s)
      AND message.claim = %s AND status IN ('sending', 'unknown')
"""
_AGAIN = """
    UPDATE sending_message message
    SET status = 'queued', reason = row.reason, error_code = row.code, claim = NULL,
        lease_until = NULL, slot_at = NULL, due_at = row.due_at,
        attempts = attempts - row.uncounted, updated_at = %s
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::int[])
         AS row (id, reason, code, due_at, uncounted)
    WHERE message.id = row.id AND message.id = ANY(%s)
      AND message.claim = %s AND status = 'sending'
"""
_UNKNOWN = """
    UPDATE sending_message message
    SET status = 'unknown', reason = 'no_answer', updated_at = %s
    WHERE message.id = ANY(%s) AND message.claim = %s AND status = 'sending'
"""


def settle(claim: UUID, results: Sequence[Result]) -> None:
    """Write these results in one transaction, under the contacts' locks."""
    contact_ids = [posting.contact_id for posting, _ in results]
    with transaction.atomic():
        now = lock_contacts(contact_ids)
        _write_accepted(claim, results, now)
        _write_refused(claim, results, now)
        _write_again(claim, results, now)
        unknown = [one.message_id for one, outcome in results if isinstance(outcome, Unknown)]
        if unknown:
            _execute(_UNKNOWN, [now, unknown, claim])
        windows.recompute(contact_ids)


def _write_accepted(claim: UUID, results: Sequence[Result], now: datetime) -> None:
    rows = [(one.message_id, out) for one, out in results if isinstance(out, Accepted)]
    if rows:
        _execute(
            _ACCEPTED,
            [
                now,
                [pk for pk, _ in rows],
                [out.sid for _, out in rows],
                # Our clocks may differ by a little; an acceptance is never later than now.
                [min(out.at, now) for _, out in rows],
                [out.segments for _, out in rows],
                [pk for pk, _ in rows],
                claim,
            ],
        )


def _write_refused(claim: UUID, results: Sequence[Result], now: datetime) -> None:
    rows = [
        (one.message_id, "carrier_refused", out.code)
        for one, out in results
        if isinstance(out, Refused)
    ] + [
        (one.message_id, "carrier_busy", out.code)
        for one, out in results
        if isinstance(out, TryLater) and _gives_up(one, out)
    ]
    if rows:
        ids, reasons, codes = zip(*rows, strict=True)
        _execute(_REFUSED, [now, list(ids), list(reasons), list(codes), list(ids), claim])


def _write_again(claim: UUID, results: Sequence[Result], now: datetime) -> None:
    """Back to the queue: certainly not sent, so its slot is free again."""
    rows: list[tuple[int, str, str, datetime, int]] = []
    for one, outcome in results:
        if isinstance(outcome, NotPosted):
            rows.append((one.message_id, "", "", now, 1))
        elif isinstance(outcome, TryLater) and not _gives_up(one, outcome):
            due = now + timedelta(seconds=outcome.after)
            uncounted = int(outcome.code in _NO_ATTEMPT)
            rows.append((one.message_id, "carrier_busy", outcome.code, due, uncounted))
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        _execute(_AGAIN, [now, *columns, columns[0], claim])


def _gives_up(one: Posting, outcome: TryLater) -> bool:
    """Whether the carrier was too busy for this message too often."""
    return outcome.code not in _NO_ATTEMPT and one.attempts + 1 >= MOST_ATTEMPTS


def _execute(statement: str, parameters: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
