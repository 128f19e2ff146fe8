"""Step two of a round: the gate, for all claimed messages at once.

In one transaction: lock senders, messages and contacts, load the facts, decide in plain Python,
write decisions and windows, mark what may go as ``sending`` under a lease, commit. Only then is
anything posted.
"""

from __future__ import annotations

import gc
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction

from sending.dispatch import records, windows
from sending.dispatch.claim import (
    Allowance,
    Claimed,
    claim_messages,
    claim_senders,
    postpone,
)
from sending.dispatch.texts import BadTextError, Texts
from sending.gate import basis, load, rules
from sending.gate.codes import Code
from sending.gate.decision import decide

if TYPE_CHECKING:
    from sending.gate.facts import Facts, Policy
    from sending.gate.load import ContactRow

LEASE = timedelta(seconds=settings.DISPATCH_LEASE_SECONDS)
"""How long a worker has to post what it was given and to say what became of it."""
AFTER_A_FAILURE = 5.0
MESSAGES_A_ROUND = 1000
"""About a second's work for one worker: more would only wait under the lease, and be of unknown
fate if the worker died."""


@dataclass(frozen=True, slots=True)
class Posting:
    """A message that passed and is this worker's to post until ``deadline`` (monotonic clock)."""

    message_id: int
    campaign_id: int | None
    contact_id: int
    account_id: int
    to: str
    sender: str
    body: str
    attempts: int


@dataclass(slots=True)
class Batch:
    """What one round was given; ``claim`` marks its messages, ``looked_at`` counts decisions."""

    claim: uuid.UUID
    deadline: float
    postings: list[Posting] = field(default_factory=list)
    looked_at: int = 0


@dataclass(slots=True)
class _Round:
    """The tallies while one batch is decided; windows are what they will be after it."""

    claim: uuid.UUID
    now: datetime
    lease_until: datetime
    left: dict[int, int]
    sent: dict[int, int] = field(default_factory=dict)
    seen: dict[int, tuple[datetime, ...]] = field(default_factory=dict)
    capped: set[int] = field(default_factory=set)
    moves: list[windows.Move] = field(default_factory=list)
    rows: list[records.Row] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)


def admit(*, messages: int = MESSAGES_A_ROUND) -> Batch:
    """Claim and decide one batch and commit it. An empty batch means that nothing is due."""
    # Taken before the database's clock is, so that it runs out before the lease does.
    started = monotonic()
    batch = Batch(claim=uuid.uuid4(), deadline=started + LEASE.total_seconds())
    allowances: list[Allowance] = []
    try:
        with transaction.atomic():
            allowances += claim_senders(messages=messages)
            claimed = claim_messages(allowances, most=messages)
            if not claimed:
                return batch
            with _without_collector():
                tally = _decide_all(batch.claim, claimed, allowances)
                _write(tally, allowances)
    except Exception:
        # What failed once may fail again: other senders get their turn before it is tried again.
        postpone(allowances, seconds=AFTER_A_FAILURE)
        raise
    batch.postings = tally.postings
    batch.looked_at = len(tally.rows)
    return batch


@contextmanager
def _without_collector() -> Iterator[None]:
    """A batch makes thousands of values, none in a cycle; looking for cycles costs a tenth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _decide_all(claim: uuid.UUID, claimed: list[Claimed], allowances: list[Allowance]) -> _Round:
    contacts, now = load.contacts([one.contact_id for one in claimed], lock=True)
    # A later statement than the lock, so that it sees what the lock waited for.
    seen = load.windows(contacts)
    consents = {
        purpose_id: load.consents(
            purpose_id, [one.contact_id for one in claimed if one.purpose_id == purpose_id]
        )
        for purpose_id in {one.purpose_id for one in claimed}
        if purpose_id is not None
    }
    workspace_ids = sorted({one.workspace_id for one in claimed})
    policies = load.policies(workspace_ids)
    snapshots = {pk: load.snapshot(pk, policy) for pk, policy in policies.items()}
    texts = Texts({one.campaign_id for one in claimed if one.campaign_id})
    bases = basis.for_previews(claimed, contacts)
    tally = _Round(claim, now, now + LEASE, {one.sender_id: one.messages for one in allowances})
    for one in claimed:
        if one.sender_id is not None and tally.left.get(one.sender_id, 0) <= 0:
            continue  # its turn comes in a later second
        contact = contacts[one.contact_id]
        contact_id = one.contact_id
        # An earlier message of this batch is not in the database yet, but it counts.
        sent = tally.seen.get(contact_id)
        facts = load.facts(
            kind=one.kind,
            contact=contact,
            consent=consents[one.purpose_id].get(contact_id) if one.purpose_id else None,
            sent=seen.get(contact_id, ()) if sent is None else sent,
            sender_country=one.sender_country,
            basis=bases.get(one.id),
        )
        policy = policies[one.workspace_id]
        _decide_one(tally, one, contact, facts, policy, snapshots[one.workspace_id], texts)
    tally.moves = [
        windows.Move(
            contact_id=contact_id,
            stored=contact_id in seen,
            before=seen.get(contact_id, ()),
            after=after,
            capped_at=now if contact_id in tally.capped else None,
        )
        for contact_id, after in tally.seen.items()
    ]
    return tally


def _decide_one(
    tally: _Round,
    one: Claimed,
    contact: ContactRow,
    facts: Facts,
    policy: Policy,
    policy_id: int,
    texts: Texts,
) -> None:
    verdict = decide(facts, policy, tally.now)
    reason, body = ("", "") if verdict.allowed else (verdict.code, "")
    if verdict.allowed:
        try:
            body = texts.body(one, contact)
        except BadTextError:
            reason = Code.BAD_TEXT.value
    if not reason and facts.kind in rules.PROMOTIONAL:
        # Until the carrier's answer is known it counts from the end of the lease.
        tally.seen[one.contact_id] = windows.push(facts.sent or (), tally.lease_until)
        # The database's own guard knows of a day; a shorter window is the rule's alone.
        if any(limit.hours == 24 for limit in rules.binding_limits(facts, policy, tally.now)):
            tally.capped.add(one.contact_id)
    kept = body if not reason and texts.is_personal(one) else ""
    tally.rows.append(
        records.Row(one, policy_id, verdict.code, verdict.limits_hit, facts, kept, reason)
    )
    if reason:
        return
    assert one.sender_id is not None
    assert one.sender_number is not None
    assert one.account_id is not None
    tally.left[one.sender_id] -= 1
    tally.sent[one.sender_id] = tally.sent.get(one.sender_id, 0) + 1
    tally.postings.append(
        Posting(
            message_id=one.id,
            campaign_id=one.campaign_id,
            contact_id=one.contact_id,
            account_id=one.account_id,
            to=contact.number,
            sender=one.sender_number,
            body=body,
            attempts=one.attempts,
        )
    )


def _write(tally: _Round, allowances: list[Allowance]) -> None:
    records.write_decisions(tally.rows, tally.now)
    windows.move(tally.moves)
    records.mark(tally.rows, claim=tally.claim, now=tally.now, lease_until=tally.lease_until)
    used = [one for one in allowances if tally.sent.get(one.sender_id)]
    if used:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE sending_sendernumber sender SET next_slot_at = move.next_slot_at "
                "FROM unnest(%s::bigint[], %s::timestamptz[]) AS move (id, next_slot_at) "
                "WHERE sender.id = move.id",
                [
                    [one.sender_id for one in used],
                    [one.next_slot(tally.sent[one.sender_id]) for one in used],
                ],
            )
