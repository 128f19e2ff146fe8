"""One call to one of the account's numbers, and how far it has come."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sending.carriers.simulator.voice.own_numbers import OwnNumber


class State(StrEnum):
    """Where the call stands, as seen by the caller."""

    ASKING = "asking"  # the number's voice address was asked and has not answered
    RINGING = "ringing"
    RINGING_DESTINATION = "ringing_destination"
    CONNECTED = "connected"  # answered; without a destination the caller hears silence
    ENDED = "ended"


class Action(StrEnum):
    """What a person with one of the two phones may do."""

    HANG_UP = "hang-up"
    ANSWER = "answer"
    DECLINE = "decline"


def call_sid() -> str:
    return "CA" + uuid.uuid4().hex


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Call:
    """``caller`` is E.164, or the word for a withheld number. Times are UTC.

    ``status`` is Twilio's for the caller's leg; ``outcome`` says in words how it ended. ``actions``
    are those that its state allows.
    """

    own: OwnNumber
    caller: str
    sid: str = field(default_factory=call_sid)
    state: State = State.ASKING
    status: str = "ringing"
    outcome: str = ""
    error: str = ""
    actions: frozenset[Action] = frozenset()
    # Of the leg that is dialled now or was dialled last.
    destination: str = ""
    child_sid: str = ""
    caller_id: str = ""
    placed_at: datetime = field(default_factory=now)
    answered_at: datetime | None = None
    connected_at: datetime | None = None
    disconnected_at: datetime | None = None
    ended_at: datetime | None = None
    # What the voice address answered; ``difference``: how its answer to the replay differed.
    twiml: str = ""
    http_status: int | None = None
    milliseconds: int | None = None
    difference: str = ""

    @property
    def number(self) -> str:
        return self.own.number

    @property
    def talking(self) -> bool:
        """Whether caller and destination hear each other."""
        return self.state is State.CONNECTED and bool(
            self.connected_at and not self.disconnected_at
        )

    def lasted(self, since: datetime | None) -> timedelta:
        """From ``since`` to the end, or until now."""
        return timedelta(0) if since is None else (self.ended_at or now()) - since

    def as_json(self) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "account": self.own.account,
            "from": self.caller,
            "to": self.number,
            "state": self.state,
            "status": self.status,
            "outcome": self.outcome,
            "error": self.error,
            "actions": sorted(self.actions),
            "destination": self.destination,
            "child_sid": self.child_sid,
            "caller_id": self.caller_id,
            "placed_at": self.placed_at,
            "answered_at": self.answered_at,
            "connected_at": self.connected_at,
            "disconnected_at": self.disconnected_at,
            "ended_at": self.ended_at,
            "twiml": self.twiml,
            "webhook": {"status": self.http_status, "milliseconds": self.milliseconds},
            "difference": self.difference,
        }


def clock(length: timedelta) -> str:
    """``0:07``, ``12:34``, ``1:02:03``."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
