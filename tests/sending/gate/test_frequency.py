"""Boundaries of the windows, the days of a law, and the changes of the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sending.gate.decision import decide, next_permitted
from tests.sending.gate.values import DAY, HOUR, MARYLAND, OREGON, at, facts, policy

MICROSECOND = timedelta(microseconds=1)
NOW = at("2026-06-10 15:00")


def test_a_message_exactly_24_hours_old_still_counts() -> None:
    sent = (NOW - DAY, NOW - 2 * HOUR, NOW - HOUR)
    assert decide(facts(*sent), policy(), NOW).code == "state_law"
    assert decide(facts(*sent), policy(), NOW + MICROSECOND).allowed


def test_a_gap_equal_to_the_smart_sending_window_passes() -> None:
    assert decide(facts(NOW - DAY), policy(smart_hours=24), NOW).allowed
    assert decide(facts(NOW - DAY + MICROSECOND), policy(smart_hours=24), NOW).code == (
        "smart_sending"
    )


def test_a_message_still_under_way_counts_for_both_limits() -> None:
    under_way = NOW + timedelta(seconds=60)
    verdict = decide(facts(under_way, NOW - HOUR, NOW - HOUR), policy(smart_hours=1), NOW)
    assert verdict.limits_hit == ("smart_sending", "state_law")


@pytest.mark.parametrize("state", ["FL", "OK", "MD"])
def test_the_three_states_are_capped(state: str) -> None:
    assert decide(facts(NOW, NOW, NOW, state=state), policy(), NOW).code == "state_law"


@pytest.mark.parametrize("state", ["PA", "OR", "CA", "PR"])
def test_other_states_are_not(state: str) -> None:
    assert decide(facts(NOW, NOW, NOW, state=state), policy(), NOW).allowed


def test_limits_switched_off_do_not_bind() -> None:
    assert decide(facts(NOW, NOW, NOW), policy(limits=()), NOW).allowed


def _local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("moment", "bound"),
    [
        ("2025-12-31T23:59:59.999999", False),
        ("2026-01-01T00:00:00", True),
    ],
)
def test_a_law_begins_with_its_first_day_in_the_state(moment: str, bound: bool) -> None:
    now = _local(moment, "America/Los_Angeles")
    sent = (now - HOUR, now - HOUR, now - HOUR)
    verdict = decide(facts(*sent, state="OR"), policy(limits=(OREGON,)), now)
    assert (verdict.code == "state_law") is bound


@pytest.mark.parametrize(
    ("moment", "bound"),
    [
        ("2026-07-31T23:59:59.999999", True),
        ("2026-08-01T00:00:00", False),
    ],
)
def test_a_law_ends_with_its_last_day_in_the_state(moment: str, bound: bool) -> None:
    ended = replace(MARYLAND, ends_on=date(2026, 7, 31))
    now = _local(moment, "America/New_York")
    sent = (now - HOUR, now - HOUR, now - HOUR)
    assert (decide(facts(*sent), policy(limits=(ended,)), now).code == "state_law") is bound


def test_a_number_that_may_be_in_two_zones_is_bound_from_the_first_midnight_to_the_last() -> None:
    limit = replace(MARYLAND, starts_on=date(2026, 7, 1), ends_on=date(2026, 7, 1))
    both = ("America/New_York", "America/Chicago")

    def bound(text: str) -> bool:
        now = _local(text, "America/New_York")
        sent = (now - HOUR, now - HOUR, now - HOUR)
        known = facts(*sent, zones=both)
        return decide(known, policy(limits=(limit,)), now).code == "state_law"

    assert not bound("2026-06-30T23:59:59")
    assert bound("2026-07-01T00:00:00")
    assert bound("2026-07-02T00:59:59")
    assert not bound("2026-07-02T01:00:00")


@pytest.mark.parametrize("night", ["2026-03-08", "2026-11-01"])
def test_24_hours_are_24_hours_across_a_change_of_the_clock(night: str) -> None:
    """The local day has 23 or 25 hours; the window counts elapsed time."""
    first = _local(f"{night}T00:30:00", "America/New_York")
    elapsed = first.astimezone(ZoneInfo("UTC"))
    sent = (elapsed, elapsed + HOUR, elapsed + 2 * HOUR)
    assert decide(facts(*sent), policy(), elapsed + DAY).code == "state_law"
    assert decide(facts(*sent), policy(), elapsed + DAY + MICROSECOND).allowed


@pytest.mark.parametrize("smart_hours", [None, 1, 24, 48])
def test_the_next_permitted_moment_is_the_first_one(smart_hours: int | None) -> None:
    chosen = policy(smart_hours=smart_hours)
    known = facts(NOW - 20 * HOUR, NOW - 3 * HOUR, NOW)
    moment = next_permitted(known, chosen, NOW)
    assert moment is not None
    assert decide(known, chosen, moment).allowed
    assert not decide(known, chosen, moment - MICROSECOND).allowed


def test_waiting_does_not_help_without_consent() -> None:
    assert next_permitted(facts(consent="none"), policy(), NOW) is None


def test_nothing_in_the_way_means_now() -> None:
    assert next_permitted(facts(), policy(smart_hours=24), NOW) == NOW
