"""Juniper's calls of the last two weeks, so that the log and its chart show something.

Each was decided by the routing itself; what became of it is made up. Made once, then left alone.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from config.demo.samples import AREA_CODES
from config.demo.workspace import BEING_VERIFIED, Juniper
from forwarding import rules
from forwarding.models import Call, CallEvent
from forwarding.routing import Decision, Line, route
from sending.models import SenderNumber

DESTINATION = "+14155550142"
DAYS = 14
# From Monday to Sunday.
CALLS_A_DAY = (6, 5, 5, 6, 7, 3, 2)
OPENS, CLOSES = 14, 23  # in UTC
# Callers that are not forwarded: area codes, and what a carrier gives whole.
OTHERS = ("416", "604", "876", "800", "anonymous", "+266696687", "+442079460123", "514")
EVERY_FOURTH = 4
Outcome = Call.Outcome
OUTCOMES = (
    *(Outcome.ANSWERED,) * 13,
    *(Outcome.NO_ANSWER,) * 3,
    *(Outcome.BUSY,) * 2,
    Outcome.CALLER_HUNG_UP,
    Outcome.FAILED,
)
# How the carrier reports each on the leg it dialled.
REPORTED: dict[Outcome, tuple[str, ...]] = {
    Outcome.ANSWERED: ("initiated", "ringing", "in-progress", "completed"),
    Outcome.NO_ANSWER: ("initiated", "ringing", "no-answer"),
    Outcome.BUSY: ("initiated", "busy"),
    Outcome.CALLER_HUNG_UP: ("initiated", "ringing", "canceled"),
    Outcome.FAILED: ("initiated", "failed"),
}
# These move nothing: a phone that rings is not the end of a call.
MOVES_NOTHING = {"initiated", "ringing"}


@dataclass(frozen=True)
class _Coming:
    """A call before it is decided; ``chance`` also says what becomes of it."""

    index: int
    caller: str
    at: datetime
    sender: SenderNumber
    line: Line
    chance: random.Random


@transaction.atomic
def ensure_calls(juniper: Juniper) -> None:
    """Call forwarding by the owner, and the calls; nothing where there are calls already."""
    if Call.objects.filter(workspace=juniper.workspace).exists():
        return
    rule = rules.rule_of(juniper.sender)
    if rule is None:
        rule, _change = rules.save(
            sender=juniper.sender, text=DESTINATION, seen=rules.NOT_SET_UP, actor=juniper.owner
        )
    chance = random.Random(20_261_124)  # noqa: S311  a sample, no secret
    line = Line(ours=True, destination=rule.destination)
    coming = [
        _Coming(index, _caller(chance, index), at, juniper.sender, line, chance)
        for index, at in enumerate(_moments(chance))
    ]
    coming += _to_the_other_number(juniper, chance, first=len(coming))
    for each in coming:
        _take(each)


def _to_the_other_number(juniper: Juniper, chance: random.Random, *, first: int) -> list[_Coming]:
    """Two calls that rang in vain, for nobody has set up forwarding there yet."""
    number = SenderNumber.objects.filter(workspace=juniper.workspace, number=BEING_VERIFIED)
    now = timezone.now()
    return [
        _Coming(
            first + place,
            f"+1{code}5550{118 + place}",
            now - timedelta(hours=hours, minutes=17),
            sender,
            Line(ours=True),
            chance,
        )
        for sender in number
        for place, (code, hours) in enumerate((("503", 30), ("407", 4)))
    ]


def _moments(chance: random.Random) -> list[datetime]:
    """When calls came in, oldest first: while the shop was open, up to yesterday."""
    today = timezone.localdate()
    found = []
    for back in range(1, DAYS + 1):
        day = today - timedelta(days=back)
        opening = timezone.make_aware(datetime.combine(day, time(OPENS)))
        seconds = (CLOSES - OPENS) * 3600
        found += [
            opening + timedelta(seconds=chance.randrange(seconds))
            for _call in range(CALLS_A_DAY[day.weekday()])
        ]
    return sorted(found)


def _caller(chance: random.Random, index: int) -> str:
    """Most are from the United States; every fourth is somebody else. All are fictional."""
    if index % EVERY_FOURTH == EVERY_FOURTH - 1:
        other = OTHERS[index // EVERY_FOURTH % len(OTHERS)]
        return _fictional(chance, other) if other.isdecimal() else other
    places = [place for place in AREA_CODES if place != "Canada"]
    return _fictional(chance, chance.choice(AREA_CODES[chance.choice(places)].split()))


def _fictional(chance: random.Random, code: str) -> str:
    return f"+1{code}55501{chance.randrange(100):02}"


def _take(coming: _Coming) -> None:
    """Decide, log, and let it take its course."""
    routing = route(coming.caller, coming.line)
    forwarded = routing.decision is Decision.FORWARD
    outcome = coming.chance.choice(OUTCOMES) if forwarded else Outcome.NOT_FORWARDED
    rang = coming.chance.randrange(4, 31)
    talked = coming.chance.randrange(25, 400)
    seconds = {Outcome.ANSWERED: talked, Outcome.NOT_FORWARDED: rang}.get(outcome, 0)
    ended = coming.at + timedelta(seconds=rang + (talked if outcome is Outcome.ANSWERED else 0))
    call = Call.objects.create(
        workspace=coming.sender.workspace,
        account=coming.sender.account,
        sender=coming.sender,
        sid=f"CA{coming.index:032x}",
        caller=coming.caller,
        called=coming.sender.number,
        carrier_country=_country_by_the_carrier(coming.caller),
        decision=routing.decision.value,
        reason=routing.reason.value,
        destination=routing.destination,
        received_at=coming.at,
        logged_at=coming.at + timedelta(milliseconds=20),
        outcome=outcome,
        seconds=seconds,
        ended_at=ended,
    )
    _report(call, outcome, rang)


def _country_by_the_carrier(caller: str) -> str:
    """What Twilio would say; of a withheld number it says nothing."""
    countries = {"+1876": "JM", "+1416": "CA", "+1604": "CA", "+1514": "CA", "+4420": "GB"}
    return countries.get(caller[:5], "US" if caller.startswith("+1") else "")


def _report(call: Call, outcome: Outcome, rang: int) -> None:
    """What the carrier reported: of the leg it dialled, else of the call itself."""
    assert call.ended_at is not None
    statuses = REPORTED.get(outcome, ("completed",))
    steps = {
        "initiated": call.received_at + timedelta(milliseconds=400),
        "ringing": call.received_at + timedelta(seconds=2),
        "in-progress": call.received_at + timedelta(seconds=rang),
    }
    leg = call.sid.replace("CA0", "CAf", 1) if outcome in REPORTED else call.sid
    CallEvent.objects.bulk_create(
        CallEvent(
            call=call,
            leg=leg,
            status=status,
            seconds=call.seconds if status == "completed" else None,
            received_at=steps.get(status, call.ended_at),
            applied=status not in MOVES_NOTHING,
        )
        for status in statuses
    )
