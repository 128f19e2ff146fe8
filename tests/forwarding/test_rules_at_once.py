"""Call forwarding changed by several at the same moment has one order, and everybody is told it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts import members
from accounts.guard import RoleNeeded
from accounts.models import JournalEntry, Membership, User
from accounts.roles import Role
from forwarding import rules
from forwarding.models import ForwardingRule
from forwarding.rules import NOT_SET_UP, Change, ChangedMeanwhileError
from sending import senders
from sending.models import SenderNumber
from tests.cast import Cast

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE, ROUNDS = 8, 10
OFFICE, HOME = "+14155550123", "+12125550145"


@pytest.fixture
def cast() -> Cast:
    return Cast.assemble()


@pytest.fixture
def people(cast: Cast) -> list[User]:
    """Different ones: what one person does at once has an order by their membership alone."""
    found = []
    for number in range(PEOPLE):
        person = User.objects.create(email=f"{number}@acme.example", name=f"Person {number}")
        Membership.objects.create(workspace=cast.acme, user=person, role=Role.COORDINATOR)
        found.append(person)
    return found


@pytest.fixture
def lines(cast: Cast) -> list[SenderNumber]:
    """A fresh toll-free number for each round."""
    return [
        SenderNumber.objects.create(
            workspace=cast.acme,
            account=cast.sender.account,
            number=f"+1877555{turn:04d}",
            kind="toll_free",
            verification="verified",
        )
        for turn in range(ROUNDS)
    ]


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each act returned or was refused with, all begun at the same moment."""
    barrier = Barrier(len(acts))

    def one(act: Callable[[], object]) -> object:
        try:
            # The connection is there before the race, so that no one starts late.
            connection.ensure_connection()
            barrier.wait(timeout=30)
            return act()
        except (ChangedMeanwhileError, ValidationError, RoleNeeded) as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        running = [pool.submit(one, act) for act in acts]
        return [each.result() for each in running]


def save(
    line: SenderNumber, person: User, text: str, seen: str = NOT_SET_UP
) -> Callable[[], object]:
    return partial(rules.save, sender=line, text=text, seen=seen, actor=person)


def set_up(line: SenderNumber, person: User, text: str = OFFICE) -> str:
    """The token of a rule that was there before the race."""
    return rules.save(sender=line, text=text, seen=NOT_SET_UP, actor=person)[0].token


def journal(line: SenderNumber) -> list[tuple[str, str, str]]:
    entries = JournalEntry.objects.filter(
        kind=JournalEntry.Kind.CALL_FORWARDING, subject=line.number
    )
    return [(entry.actor.name, entry.old, entry.new) for entry in entries.order_by("id")]


def destination_of(line: SenderNumber) -> str:
    rule = ForwardingRule.objects.filter(sender=line).first()
    return rule.destination if rule else ""


def test_of_many_who_set_up_one_number_differently_one_wins_and_the_others_are_told_by_whom(
    people: list[User], lines: list[SenderNumber]
) -> None:
    numbers = [f"+1415555{place:04d}" for place in range(PEOPLE)]
    for line in lines:
        outcomes = at_once(*(save(line, *each) for each in zip(people, numbers, strict=True)))
        rule = ForwardingRule.objects.get(sender=line)
        winner = people[numbers.index(rule.destination)]
        assert (rule.set_up_by, rule.version) == (winner, 1)
        assert journal(line) == [(winner.name, "", rule.destination)]
        for person, outcome in zip(people, outcomes, strict=True):
            if person == winner:
                assert outcome == (rule, Change.SET_UP)
                continue
            assert isinstance(outcome, ChangedMeanwhileError)
            assert outcome.rule == rule
            assert outcome.before is not None
            assert (outcome.before.who, outcome.before.destination) == (
                winner.name,
                rule.destination,
            )


def test_of_many_who_set_up_one_number_alike_one_does_and_the_others_find_it_done(
    people: list[User], lines: list[SenderNumber]
) -> None:
    for line in lines:
        outcomes = at_once(*(save(line, person, OFFICE) for person in people))
        rule = ForwardingRule.objects.get(sender=line)
        assert sorted(str(outcome[1]) for outcome in outcomes if isinstance(outcome, tuple)) == (
            [Change.SET_UP] + [Change.UNCHANGED] * (PEOPLE - 1)
        )
        assert journal(line) == [(rule.set_up_by.name, "", OFFICE)]


def test_of_many_who_change_one_rule_one_does(
    people: list[User], lines: list[SenderNumber]
) -> None:
    numbers = [f"+1415555{place:04d}" for place in range(1000, 1000 + PEOPLE)]
    for line in lines:
        seen = set_up(line, people[0])
        outcomes = at_once(*(save(line, *each, seen) for each in zip(people, numbers, strict=True)))
        rule = ForwardingRule.objects.get(sender=line)
        winner = people[numbers.index(rule.destination)]
        refused = [each for each in outcomes if isinstance(each, ChangedMeanwhileError)]
        assert (len(refused), rule.version, rule.changed_by) == (PEOPLE - 1, 2, winner)
        assert {each.token for each in refused} == {rule.token}
        assert journal(line) == [
            (people[0].name, "", OFFICE),
            (winner.name, OFFICE, rule.destination),
        ]


def test_a_change_and_a_deletion_of_one_rule_have_an_order_and_the_later_is_refused(
    people: list[User], lines: list[SenderNumber]
) -> None:
    changer, deleter, other = people[:3]
    for line in lines:
        seen = set_up(line, other)
        changed, deleted = at_once(
            save(line, changer, HOME, seen),
            partial(rules.delete, sender=line, seen=seen, actor=deleter),
        )
        if isinstance(changed, ChangedMeanwhileError):
            assert (changed.rule, deleted, destination_of(line)) == (None, None, "")
            assert changed.before is not None
            assert changed.before.who == deleter.name
            last = (deleter.name, OFFICE, "")
        else:
            assert isinstance(deleted, ChangedMeanwhileError)
            assert deleted.before is not None
            assert (deleted.before.who, deleted.before.destination) == (changer.name, HOME)
            assert destination_of(line) == HOME
            last = (changer.name, OFFICE, HOME)
        assert journal(line) == [(other.name, "", OFFICE), last]


def test_of_many_who_delete_one_rule_one_does_and_nobody_is_refused(
    people: list[User], lines: list[SenderNumber]
) -> None:
    for line in lines:
        seen = set_up(line, people[0])
        outcomes = at_once(
            *(partial(rules.delete, sender=line, seen=seen, actor=person) for person in people)
        )
        assert outcomes == [None] * PEOPLE
        assert [(old, new) for _, old, new in journal(line)] == [("", OFFICE), (OFFICE, "")]


def test_a_number_that_is_released_at_the_same_moment_is_set_up_before_or_refused(
    cast: Cast, people: list[User], lines: list[SenderNumber]
) -> None:
    owner = cast.members[Role.OWNER]
    for line in lines:
        saved, released = at_once(
            save(line, people[0], OFFICE),
            partial(senders.release, sender=line, actor=owner, reason="No longer ours"),
        )
        assert isinstance(released, SenderNumber)
        entries = JournalEntry.objects.filter(subject=line.number).order_by("id")
        kinds = list(entries.values_list("kind", flat=True))
        if isinstance(saved, ValidationError):
            assert (saved.code, destination_of(line), kinds) == ("released", "", ["carrier"])
        else:
            assert (destination_of(line), kinds) == (OFFICE, ["call_forwarding", "carrier"])


def test_a_role_that_is_taken_away_at_the_same_moment_is_taken_before_or_after_the_change(
    cast: Cast, people: list[User], lines: list[SenderNumber]
) -> None:
    owner = cast.members[Role.OWNER]
    for turn, line in enumerate(lines):
        person = people[turn % PEOPLE]
        Membership.objects.filter(user=person).update(role=Role.COORDINATOR)
        start = JournalEntry.objects.count()
        saved, demoted = at_once(
            save(line, person, OFFICE),
            partial(
                members.change_role,
                workspace=cast.acme,
                member=person,
                role=Role.ANALYST,
                actor=owner,
                reason="Changed teams",
            ),
        )
        assert isinstance(demoted, Membership)
        kinds = list(JournalEntry.objects.order_by("id").values_list("kind", flat=True))[start:]
        if isinstance(saved, RoleNeeded):
            assert (destination_of(line), kinds) == ("", ["role"])
        else:
            assert (destination_of(line), kinds) == (OFFICE, ["call_forwarding", "role"])
