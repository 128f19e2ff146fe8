"""What the gate decides from: plain values, complete enough to decide again years later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from sending.law.frequency import FrequencyLimit

if TYPE_CHECKING:
    from collections.abc import Iterable


class Consent(StrEnum):
    """The state of consent to the purpose in question."""

    OPTED_IN = "opted_in"
    OPTED_OUT = "opted_out"
    NONE = "none"


class Basis(StrEnum):
    """What lets a message that is not promotional go without consent to a purpose."""

    KEYWORD = "keyword"  # it answers a keyword that the person just sent
    CONVERSATION = "conversation"  # it replies within an open conversation
    OWN_ACTION = "own_action"  # the person's own action set it off
    OWN_NUMBER = "own_number"  # the number is a workspace member's own


class Facts(NamedTuple):
    """One recipient at one moment. None means unknown, which never passes.

    A tuple because the gate makes tens of thousands a second. Times are aware; ``sent`` holds the
    newest three promotional messages, newest first, one still under way with the end of its lease.
    """

    kind: str  # Message.Kind
    number_kind: str | None  # NumberKind; None: not in the numbering plan
    country: str | None  # ISO 3166
    state: str | None  # two letters, "" outside the United States
    zones: tuple[str, ...]  # every IANA zone the number may be in
    sender_country: str | None  # of a sender that may be used; "" when there is none
    consent: str | None  # Consent, for the message's purpose
    opted_out: bool | None  # of everything, without a newer opt-in to this purpose
    basis: str | None  # Basis, for kinds that need no consent to a purpose
    confirmation_due: bool | None  # an opt-out whose one confirmation has not gone yet
    sent: tuple[datetime, ...] | None

    def dump(self) -> bytes:
        """JSON, one object."""
        return orjson.dumps(dict(zip(self._fields, self, strict=True)))


def load_facts(data: dict[str, Any]) -> Facts:
    """The facts that `Facts.dump` wrote."""
    sent = data["sent"]
    return Facts(
        **{
            **data,
            "zones": tuple(data["zones"]),
            "sent": None if sent is None else tuple(datetime.fromisoformat(time) for time in sent),
        }
    )


@dataclass(frozen=True, slots=True)
class Policy:
    """What a workspace chose and what law applies to it; the same for everyone in a batch.

    ``limits`` are the laws that the workspace applies, by state, whether in force yet or not.
    ``smart_window`` None: Smart Sending is off.
    """

    smart_window: timedelta | None
    limits: dict[str, tuple[FrequencyLimit, ...]]

    def dump(self) -> dict[str, Any]:
        """Plain JSON values, the same for the same policy."""
        window = self.smart_window
        return {
            "smart_window_seconds": None if window is None else window.total_seconds(),
            "limits": [
                {
                    "state": limit.state,
                    "cap": limit.cap,
                    "hours": limit.hours,
                    "starts_on": limit.starts_on.isoformat(),
                    "ends_on": limit.ends_on.isoformat() if limit.ends_on else None,
                }
                for state in sorted(self.limits)
                for limit in self.limits[state]
            ],
        }


def load_policy(data: dict[str, Any]) -> Policy:
    """The policy that `Policy.dump` wrote."""
    seconds = data["smart_window_seconds"]
    return Policy(
        smart_window=None if seconds is None else timedelta(seconds=seconds),
        limits=limits_by_state(
            FrequencyLimit(
                state=row["state"],
                cap=row["cap"],
                hours=row["hours"],
                starts_on=date.fromisoformat(row["starts_on"]),
                ends_on=date.fromisoformat(row["ends_on"]) if row["ends_on"] else None,
            )
            for row in data["limits"]
        ),
    )


def limits_by_state(limits: Iterable[FrequencyLimit]) -> dict[str, tuple[FrequencyLimit, ...]]:
    """Group limits by state, each state's in the order of their first day."""
    grouped: dict[str, list[FrequencyLimit]] = {}
    for limit in limits:
        grouped.setdefault(limit.state, []).append(limit)
    return {
        state: tuple(sorted(rows, key=lambda limit: limit.starts_on))
        for state, rows in grouped.items()
    }
