"""What a carrier is given and what it may answer, typed by what may be done next."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to post. Numbers are E.164 (a short code as it is)."""

    message_id: int
    # Number and text stay out of every log and traceback.
    to: str = field(repr=False)
    sender: str
    body: str = field(repr=False)
    status_callback: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier took it over. ``at`` is our clock when the answer had come.

    ``segments`` is None where the carrier does not know them yet.
    """

    sid: str
    status: str
    at: datetime
    segments: int | None


@dataclass(frozen=True, slots=True)
class Refused:
    """The carrier said no, for good: it has not and will not send it.

    ``code`` is the carrier's own, at most ten characters; `errors.describe` says it in words.
    ``detail`` is the carrier's sentence with every number in it masked.
    """

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class TryLater:
    """It was certainly not taken over (429, or no connection was made); ``after`` in seconds.

    ``code`` is one of `errors.RATE_LIMITED`, `errors.NOT_CONNECTED`, `errors.ACCOUNT_REJECTED`.
    """

    code: str
    after: float


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can tell whether it was taken over (time-out, dropped connection, 5xx)."""

    detail: str


Outcome = Accepted | Refused | TryLater | Unknown


@dataclass(frozen=True, slots=True)
class Found:
    """A message that the carrier has, from a look-up. ``created_at`` is to the second."""

    sid: str
    body: str = field(repr=False)
    status: str
    created_at: datetime


class CarrierLookupError(Exception):
    """The carrier could not be asked; that says nothing about any message."""
