"""The four worked examples of PRODUCT.md section 4, all for one Maryland number."""

from __future__ import annotations

from datetime import timedelta

from sending.gate.decision import decide
from tests.sending.gate.values import HOUR, at, facts, policy

TEN = at("2026-03-05 10:00")
NOON = at("2026-03-05 12:00")
FOUR = at("2026-03-05 16:00")


def test_a_fourth_message_the_same_evening_is_skipped_for_state_law() -> None:
    verdict = decide(facts(TEN, NOON, FOUR), policy(), at("2026-03-05 20:00"))
    assert verdict == ("state_law", ("state_law",))


def test_a_fourth_message_a_minute_past_ten_the_next_day_goes() -> None:
    assert decide(facts(TEN, NOON, FOUR), policy(), at("2026-03-06 10:01")).allowed


def test_a_second_message_an_hour_later_is_skipped_for_smart_sending() -> None:
    verdict = decide(facts(TEN), policy(smart_hours=24), TEN + HOUR)
    assert verdict == ("smart_sending", ("smart_sending",))


def test_with_one_hour_windows_three_go_and_a_fourth_is_skipped_for_state_law() -> None:
    hourly = policy(smart_hours=1)
    sent = [TEN]
    for _ in range(2):
        assert decide(facts(*sent), hourly, sent[-1] + HOUR).allowed
        sent.append(sent[-1] + HOUR)
    verdict = decide(facts(*sent), hourly, sent[-1] + 3 * HOUR)
    assert verdict == ("state_law", ("state_law",))


def test_thirty_minutes_after_the_third_the_reason_is_smart_sending_and_both_are_recorded() -> None:
    now = at("2026-03-05 18:00")
    sent = (now - 5 * HOUR, now - 3 * HOUR, now - timedelta(minutes=30))
    verdict = decide(facts(*sent), policy(smart_hours=1), now)
    assert verdict == ("smart_sending", ("smart_sending", "state_law"))
