"""Step one of a round: which messages are this worker's for the next second.

Senders are picked by ``next_slot_at`` and locked, skipping those that another worker holds; each
may send what its rate allows until a second from now. Messages are locked likewise. Nothing is
written: that is the gate's step, in the same transaction.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from sending.dispatch.arrays import numbers

if TYPE_CHECKING:
    from datetime import datetime

HORIZON = timedelta(seconds=1)
# Skipped messages use up no rate, so a slow sender looks at more messages than it may send.
SPARE = 200


class Allowance(NamedTuple):
    """A locked sender and how many messages may leave before ``now + HORIZON``."""

    sender_id: int
    messages: int
    first_slot: datetime
    rate: float

    def next_slot(self, sent: int) -> datetime:
        """The slot after ``sent`` messages."""
        return self.first_slot + timedelta(seconds=sent / self.rate)


class Claimed(NamedTuple):
    """A locked message of a sender that may send, with what it needs to be decided and posted."""

    id: int
    workspace_id: int
    campaign_id: int | None
    purpose_id: int | None
    contact_id: int
    kind: str
    body: str
    attempts: int
    sender_id: int | None
    sender_number: str | None
    sender_country: str | None
    account_id: int | None


_SENDERS = """
    SELECT sender.id, sender.rate, sender.next_slot_at, clock_timestamp()
    FROM sending_sendernumber sender
    WHERE sender.next_slot_at < clock_timestamp() + make_interval(secs => %s)
      AND sender.id <> ALL(%s::bigint[])
      AND (EXISTS (
              SELECT 1 FROM sending_campaign campaign
              WHERE campaign.status = 'sending' AND campaign.workspace_id = sender.workspace_id
                -- Ordered like the index, for the planner would rather read the table.
                AND (SELECT message.id FROM sending_message message
                     WHERE message.campaign_id = campaign.id AND message.status = 'queued'
                       AND message.sender_id = sender.id AND message.due_at <= clock_timestamp()
                     ORDER BY message.due_at LIMIT 1) IS NOT NULL)
           OR EXISTS (
              SELECT 1 FROM sending_message message
              WHERE message.sender_id = sender.id AND message.campaign_id IS NULL
                AND message.status = 'queued' AND message.due_at <= clock_timestamp()))
    ORDER BY sender.next_slot_at
    LIMIT %s
    FOR NO KEY UPDATE SKIP LOCKED
"""
# Each arm reads one index in its order, so that a long queue costs no more than a short one.
_OF_CAMPAIGNS = """
    SELECT one.* FROM unnest(%(senders)s::bigint[], %(takes)s::int[]) AS allowed (sender_id, take)
    CROSS JOIN LATERAL (
        SELECT due.* FROM sending_campaign work CROSS JOIN LATERAL (
            SELECT * FROM sending_message
            WHERE campaign_id = work.id AND status = 'queued' AND sender_id = allowed.sender_id
              AND due_at <= clock_timestamp()
            ORDER BY due_at, id LIMIT allowed.take FOR NO KEY UPDATE SKIP LOCKED
        ) due
        WHERE work.status = 'sending'
        ORDER BY due.due_at, due.id LIMIT allowed.take
    ) one
"""
_SINGLE = """
    SELECT one.* FROM unnest(%(senders)s::bigint[], %(takes)s::int[]) AS allowed (sender_id, take)
    CROSS JOIN LATERAL (
        SELECT * FROM sending_message
        WHERE campaign_id IS NULL AND status = 'queued' AND sender_id = allowed.sender_id
          AND due_at <= clock_timestamp()
        ORDER BY due_at LIMIT allowed.take FOR NO KEY UPDATE SKIP LOCKED
    ) one
"""
_SENDERLESS = """
    SELECT one.* FROM sending_campaign work CROSS JOIN LATERAL (
        SELECT * FROM sending_message
        WHERE campaign_id = work.id AND status = 'queued' AND sender_id IS NULL
          AND due_at <= clock_timestamp()
        ORDER BY due_at, id LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED
    ) one
    WHERE work.status = 'sending'
    LIMIT %(most)s
"""
_CLAIM = """
    SELECT message.id, message.workspace_id, message.campaign_id, campaign.purpose_id,
           message.contact_id, message.kind, message.body, message.attempts,
           message.sender_id, sender.number,
           CASE WHEN sender.id IS NULL OR sender.verification IN ('rejected', 'released') THEN ''
                ELSE sender.country END,
           sender.account_id
    FROM ({arm}) message
    LEFT JOIN sending_campaign campaign ON campaign.id = message.campaign_id
    LEFT JOIN sending_sendernumber sender ON sender.id = message.sender_id
"""


def claim_senders(*, messages: int) -> list[Allowance]:
    """Lock senders that have work, those that waited longest first, for about so many messages.

    A fast sender fills a round alone and leaves the others to other workers; of slow ones a round
    takes many.
    """
    taken: list[Allowance] = []
    missing, at_once = messages, 1
    while missing > 0:
        with connection.cursor() as cursor:
            cursor.execute(
                _SENDERS,
                [HORIZON.total_seconds(), numbers(one.sender_id for one in taken), at_once],
            )
            found = [allowance(*row) for row in cursor.fetchall()]
        taken += found
        if len(found) < at_once:
            break
        missing -= sum(one.messages for one in found)
        at_once = max(1, missing // max(1, *(one.messages for one in found)))
    return taken


def allowance(sender_id: int, rate: float, next_slot_at: datetime, now: datetime) -> Allowance:
    """The slots, ``1/rate`` seconds apart and none in the past, before a second from ``now``."""
    first = max(next_slot_at, now)
    slots = math.ceil((now + HORIZON - first).total_seconds() * float(rate) - 1e-6)
    return Allowance(sender_id, max(0, slots), first, float(rate))


def claim_messages(allowances: list[Allowance], *, most: int) -> list[Claimed]:
    """Lock due messages of these senders, and of none (which the gate refuses), oldest first.

    More than a sender may send, because what is skipped uses up no rate; at most ``most`` a sender.
    """
    values: dict[str, Any] = {
        "senders": [allowed.sender_id for allowed in allowances],
        "takes": [min(most, allowed.messages + SPARE) for allowed in allowances],
        "most": most,
    }
    claimed: list[Claimed] = []
    with connection.cursor() as cursor:
        # A single message, such as a preview, is awaited by a person: it goes first.
        for arm in (_SINGLE, _OF_CAMPAIGNS, _SENDERLESS) if allowances else (_SENDERLESS,):
            cursor.execute(_CLAIM.format(arm=arm), values)
            claimed += [Claimed._make(row) for row in cursor.fetchall()]
    return claimed


def postpone(allowances: list[Allowance], *, seconds: float) -> None:
    """Let these senders wait so long from now; in a statement of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sending_sendernumber SET next_slot_at = greatest(next_slot_at, "
            "clock_timestamp() + make_interval(secs => %s)) WHERE id = ANY(%s::bigint[])",
            [seconds, numbers(one.sender_id for one in allowances)],
        )
