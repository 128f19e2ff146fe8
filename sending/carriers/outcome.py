"""What a carrier is given and what it may answer, typed by what may be done next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to post. Numbers are E.164 (a short code as it is)."""

    message_id: int
    to: str
    sender: str
    body: str
    status_callback: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier took it over. ``at`` is our clock when the answer had come."""

    sid: str
    status: str
    at: datetime
    segments: int | None


@dataclass(frozen=True, slots=True)
class Refused:
    """The carrier said no, for good: it has not and will not send it."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class TryLater:
    """It was certainly not taken over (429, or no connection was made); ``after`` in seconds."""

    code: str
    after: float


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can tell whether it was taken over (time-out, dropped connection, 5xx)."""

    detail: str


Outcome = Accepted | Refused | TryLater | Unknown
