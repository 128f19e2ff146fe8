"""The gate agrees with a naive model over random histories.

The model keeps every message for ever and counts them one by one; the gate has only what a window
holds, the newest three.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from sending.dispatch.windows import push
from sending.gate.decision import decide
from tests.sending.gate.values import DAY, FLORIDA, at, facts, policy

LEASE = timedelta(seconds=60)
START = at("2026-06-01 12:00")
STEPS = st.sampled_from(
    [
        *(timedelta(microseconds=1), timedelta(seconds=1), timedelta(seconds=59)),
        *(timedelta(minutes=30), timedelta(hours=1), timedelta(hours=3), timedelta(hours=8)),
        *(DAY - timedelta(microseconds=1), DAY, DAY + timedelta(microseconds=1)),
    ]
)


@dataclass
class Sent:
    """A message that passed: counted from ``counts_from``; None once it was refused."""

    counts_from: datetime | None
    settled: bool = False


@dataclass
class Number:
    state: str
    consent: str = "opted_in"
    sent: list[Sent] = field(default_factory=list)

    def times(self) -> list[datetime]:
        return [one.counts_from for one in self.sent if one.counts_from is not None]


def naive(
    number: Number, now: datetime, *, smart_hours: int | None, law_on: bool
) -> tuple[str, tuple[str, ...]]:
    """PRODUCT.md section 4, read aloud."""
    times = number.times()
    hits = []
    if smart_hours is not None:
        window = timedelta(hours=smart_hours)
        if any(now - time < window for time in times):
            hits.append("smart_sending")
    if law_on and number.state == "FL" and sum(time >= now - DAY for time in times) >= 3:
        hits.append("state_law")
    if number.consent == "opted_out":
        return "opted_out", tuple(hits)
    if number.consent == "none":
        return "no_consent", tuple(hits)
    return (hits[0] if hits else "allowed"), tuple(hits)


class Histories(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.smart_hours: int | None = None
        self.law_on = True
        self.numbers = [Number("FL"), Number("OH")]
        self.windows: list[tuple[datetime, ...]] = [(), ()]

    @initialize(smart_hours=st.sampled_from([None, 1, 24]))
    def begin(self, smart_hours: int | None) -> None:
        self.smart_hours = smart_hours

    @rule(step=STEPS)
    def time_passes(self, step: timedelta) -> None:
        self.now += step

    @rule(smart_hours=st.sampled_from([None, 1, 3, 24, 48]), law_on=st.booleans())
    def the_workspace_changes_its_mind(self, smart_hours: int | None, law_on: bool) -> None:
        self.smart_hours, self.law_on = smart_hours, law_on

    @rule(which=st.integers(0, 1), consent=st.sampled_from(["opted_in", "opted_out", "none"]))
    def consent_changes(self, which: int, consent: str) -> None:
        self.numbers[which].consent = consent

    @rule(which=st.integers(0, 1))
    def a_message_is_due(self, which: int) -> None:
        number = self.numbers[which]
        known = facts(
            state=number.state,
            consent=number.consent,
            opted_out=number.consent == "opted_out",
            sent=self.windows[which],
        )
        chosen = policy(smart_hours=self.smart_hours, limits=(FLORIDA,) if self.law_on else ())
        verdict = decide(known, chosen, self.now)
        expected = naive(number, self.now, smart_hours=self.smart_hours, law_on=self.law_on)
        assert verdict == expected
        if verdict.allowed:
            slot = self.now + LEASE
            number.sent.append(Sent(slot))
            self.windows[which] = push(self.windows[which], slot)

    @rule(which=st.integers(0, 1), accepted=st.booleans(), after=st.integers(0, 59))
    def the_carrier_answers(self, which: int, accepted: bool, after: int) -> None:
        """The oldest unsettled message; its lease may be over long since."""
        number = self.numbers[which]
        open_ones = [one for one in number.sent if not one.settled]
        if not open_ones:
            return
        one = open_ones[0]
        one.settled = True
        assert one.counts_from is not None
        claimed_at = one.counts_from - LEASE
        one.counts_from = claimed_at + timedelta(seconds=after) if accepted else None
        self.windows[which] = tuple(sorted(number.times(), reverse=True)[:3])


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
