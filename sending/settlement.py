"""Moves one message by what the carrier is known to have done with it.

For status callbacks, look-ups and people; the dispatcher settles its own batches. Every function
must be called in a transaction that holds the contact's lock (`consent.locks`).
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final

from sending.dispatch import windows
from sending.gate.rules import PROMOTIONAL
from sending.models import Message
from sending.status import FROM_CARRIER, RANK, advance

logger = logging.getLogger(__name__)

# The reason of a message that a person settled; see `sending.by_hand`.
BY_HAND: Final = "settled_by_hand"
_UNSETTLED: Final = (Message.Status.SENDING, Message.Status.UNKNOWN)
_BY_CODE: Final = (Message.Status.FAILED, Message.Status.UNDELIVERED)


def lock_message(message_id: int) -> Message | None:
    """The message, locked; None where no report can move it.

    What waits in the queue is left unlocked: the gate locks messages before contacts, but only
    queued ones, so nobody waits in a circle.
    """
    status = Message.objects.values_list("status", flat=True).get(pk=message_id)
    if status not in RANK:
        return None
    # A later statement than the contact's lock, so it sees what the lock waited for.
    return Message.objects.select_for_update(of=("self",), no_key=True).get(pk=message_id)


def settle(message: Message, *, sid: str, status: str, error_code: str, now: datetime) -> bool:
    """Move a locked message forward by the carrier's ``status``; False when that changes nothing.

    The carrier having it proves that it was taken over: a message on its way, or of unknown fate,
    is then counted from the earlier of its slot and ``now``. It keeps its slot even when it fails
    afterwards, for nobody can prove that it did not go out.
    """
    if message.sid not in {"", sid}:
        logger.warning("message %s is %s at the carrier, not %s", message.pk, message.sid, sid)
        return False
    new = advance(message.status, status)
    if new is None:
        if message.status == Message.Status.FAILED and not message.sid:
            _contradict(message, sid=sid, status=status, now=now)
        return False
    counted = message.slot_at is not None and message.status in _UNSETTLED
    if message.status in _UNSETTLED:
        # What an earlier attempt left behind.
        message.reason = message.error_code = ""
        message.accepted_at = message.accepted_at or now
        if message.slot_at is not None:
            message.slot_at = min(message.slot_at, now)
    message.status = new
    message.sid = sid
    if new in _BY_CODE:
        message.error_code = error_code[:30]
        message.reason = "carrier_refused" if new == Message.Status.FAILED else ""
    message.updated_at = now
    message.save(
        update_fields=[
            *("status", "reason", "sid", "error_code", "slot_at", "accepted_at", "updated_at")
        ]
    )
    if counted:
        windows.recompute([message.contact_id])
    return True


def _contradict(message: Message, *, sid: str, status: str, now: datetime) -> None:
    """It was held for not sent, by a person say, and the carrier proves otherwise.

    The status stays, but the message counts after all, from now, as nobody knows better.
    """
    if FROM_CARRIER.get(status, Message.Status.FAILED) == Message.Status.FAILED:
        return
    logger.error("message %s was held for not sent, but the carrier says %s", message.pk, status)
    message.sid = sid
    if message.kind in PROMOTIONAL:
        message.slot_at = now
    message.updated_at = now
    message.save(update_fields=["sid", "slot_at", "updated_at"])
    windows.recompute([message.contact_id])
