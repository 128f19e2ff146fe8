"""Plain values for tests of the gate that need no database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sending.gate.facts import Facts, Policy, limits_by_state
from sending.law.frequency import FrequencyLimit

MARYLAND = FrequencyLimit(state="MD", cap=3, hours=24, starts_on=date(2024, 1, 1))
FLORIDA = FrequencyLimit(state="FL", cap=3, hours=24, starts_on=date(2021, 7, 1))
OKLAHOMA = FrequencyLimit(state="OK", cap=3, hours=24, starts_on=date(2022, 11, 1))
OREGON = FrequencyLimit(state="OR", cap=3, hours=24, starts_on=date(2026, 1, 1))
ZONES = {"OR": ("America/Los_Angeles",)}
DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    """``at("2026-03-05 10:00")`` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def policy(
    *, smart_hours: int | None = None, limits: Any = (MARYLAND, FLORIDA, OKLAHOMA)
) -> Policy:
    return Policy(
        smart_window=None if smart_hours is None else timedelta(hours=smart_hours),
        limits=limits_by_state(limits),
    )


def facts(*sent: datetime, state: str = "MD", **changes: Any) -> Facts:
    """A promotional message to a number with consent, after messages at ``sent``."""
    known: dict[str, Any] = {
        "kind": "campaign",
        "number_kind": "geographic",
        "country": "US",
        "state": state,
        "zones": ZONES.get(state, ("America/New_York",)),
        "sender_country": "US",
        "consent": "opted_in",
        "opted_out": False,
        "basis": None,
        "confirmation_due": None,
        "sent": tuple(sorted(sent, reverse=True)[:3]),
    }
    return Facts(**{**known, **changes})
