"""Moves the frequency windows; nothing else writes them.

A window is the newest three ``slot_at`` of its contact's messages. Every function here must be
called under the contacts' lock (`consent.locks`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import connection

from sending.dispatch.arrays import numbers, times

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class Move(NamedTuple):
    """From the times that the decision saw to those that hold after it, newest first.

    ``stored`` tells whether the contact had a row at all. ``capped_at`` is the decision time when
    a state's limit bound the decision, for the trigger that refuses a fourth.
    """

    contact_id: int
    stored: bool
    before: tuple[datetime, ...]
    after: tuple[datetime, ...]
    capped_at: datetime | None


class WindowConflictError(RuntimeError):
    """A window was not what the decision saw: somebody moved it without the contact's lock."""


_INSERT = """
    INSERT INTO sending_frequencywindow (contact_id, sent_1, sent_2, sent_3, capped_at)
    SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
                         %s::timestamptz[])
    ON CONFLICT (contact_id) DO NOTHING
"""
# Where a row is not what the decision saw, it does not move, and the count tells.
_UPDATE = """
    UPDATE sending_frequencywindow seen
    SET sent_1 = move.after_1, sent_2 = move.after_2, sent_3 = move.after_3,
        capped_at = move.capped_at
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
                %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
         AS move (contact_id, after_1, after_2, after_3, capped_at, before_1, before_2, before_3)
    WHERE seen.contact_id = move.contact_id AND seen.contact_id = ANY(%s::bigint[])
      AND seen.sent_1 IS NOT DISTINCT FROM move.before_1
      AND seen.sent_2 IS NOT DISTINCT FROM move.before_2
      AND seen.sent_3 IS NOT DISTINCT FROM move.before_3
"""
_RECOMPUTE = """
    INSERT INTO sending_frequencywindow AS seen (contact_id, sent_1, sent_2, sent_3, capped_at)
    SELECT wanted.contact_id, newest.times[1], newest.times[2], newest.times[3], NULL
    FROM unnest(%s::bigint[]) AS wanted (contact_id)
    CROSS JOIN LATERAL (
        SELECT array_agg(slot_at ORDER BY slot_at DESC) AS times
        FROM sending_message message
        WHERE message.contact_id = wanted.contact_id AND message.slot_at IS NOT NULL
    ) newest
    ON CONFLICT (contact_id) DO UPDATE
    SET sent_1 = excluded.sent_1, sent_2 = excluded.sent_2, sent_3 = excluded.sent_3,
        capped_at = NULL
    WHERE (seen.sent_1, seen.sent_2, seen.sent_3)
          IS DISTINCT FROM (excluded.sent_1, excluded.sent_2, excluded.sent_3)
"""


def push(seen: tuple[datetime, ...], slot_at: datetime) -> tuple[datetime, ...]:
    """The window's times with one more, newest three, newest first."""
    return tuple(sorted((slot_at, *seen), reverse=True)[:3])


def move(moves: Sequence[Move]) -> None:
    """Move these windows, one per contact. Raises `WindowConflictError` and then moves none."""
    new = [row for row in moves if not row.stored]
    old = [row for row in moves if row.stored]
    moved = 0
    with connection.cursor() as cursor:
        if new:
            cursor.execute(
                _INSERT, [numbers(r.contact_id for r in new), *_times(new, "after"), _caps(new)]
            )
            moved += cursor.rowcount
        if old:
            cursor.execute(
                _UPDATE,
                [
                    numbers(r.contact_id for r in old),
                    *_times(old, "after"),
                    _caps(old),
                    *_times(old, "before"),
                    numbers(r.contact_id for r in old),
                ],
            )
            moved += cursor.rowcount
    if moved != len(moves):
        raise WindowConflictError(
            f"{len(moves) - moved} of {len(moves)} frequency windows moved without the lock."
        )


def recompute(contact_ids: Sequence[int]) -> None:
    """Set these contacts' windows to the newest three of their messages.

    For when a message's time becomes known or is given back.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RECOMPUTE, [numbers(sorted(set(contact_ids)))])


def _times(moves: Sequence[Move], which: str) -> list[str]:
    """Three columns: the newest, second and third time of each row, NULL where there is none."""
    rows: list[tuple[datetime, ...]] = [getattr(row, which) for row in moves]
    return [
        times(row[position] if position < len(row) else None for row in rows)
        for position in range(3)
    ]


def _caps(moves: Sequence[Move]) -> str:
    return times(row.capped_at for row in moves)
