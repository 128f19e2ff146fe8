"""How a message's status moves when the carrier reports: forward only. Pure.

Reports come late, twice and out of order, so each status has a rank and only a higher one counts.
"""

from __future__ import annotations

from typing import Final

from sending.models import Message

Status = Message.Status

# The carrier's words. What it says of incoming messages is not here, and so moves nothing.
FROM_CARRIER: Final[dict[str, Status]] = {
    "accepted": Status.ACCEPTED,
    "scheduled": Status.ACCEPTED,
    "queued": Status.ACCEPTED,
    "sending": Status.ACCEPTED,
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "partially_delivered": Status.DELIVERED,
    "read": Status.DELIVERED,
    "undelivered": Status.UNDELIVERED,
    "failed": Status.FAILED,
    "canceled": Status.FAILED,
}
# Statuses of equal rank never replace each other. Whatever is not here was never posted or was
# refused, and no report moves it.
RANK: Final[dict[Status, int]] = {
    Status.SENDING: 0,
    Status.UNKNOWN: 0,
    Status.ACCEPTED: 1,
    Status.SENT: 2,
    Status.DELIVERED: 3,
    Status.UNDELIVERED: 3,
    Status.FAILED: 3,
}


def advance(current: str, incoming: str) -> Status | None:
    """Our status after the carrier said ``incoming`` of what is ``current``; None: no change."""
    reported = FROM_CARRIER.get(incoming)
    if reported is None or current not in RANK:
        return None
    return reported if RANK[reported] > RANK[Status(current)] else None
