"""Setting up, changing and deleting call forwarding: what is written, what the journal keeps."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.guard import RoleNeeded
from accounts.models import JournalEntry, Membership, User
from accounts.roles import Role
from forwarding import rules
from forwarding.destinations import SENTENCES, Refusal
from forwarding.models import ForwardingRule
from forwarding.rules import NOT_SET_UP, Change, ChangedMeanwhileError
from sending import senders
from sending.models import SenderNumber
from tests.cast import Cast

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db

OFFICE, HOME, DEPOT = "+14155550123", "+12125550145", "+17875550167"


def save(
    cast: Cast,
    text: str = OFFICE,
    seen: str = NOT_SET_UP,
    *,
    by: Role = Role.COORDINATOR,
    sender: SenderNumber | None = None,
) -> tuple[ForwardingRule, Change]:
    return rules.save(sender=sender or cast.sender, text=text, seen=seen, actor=cast.members[by])


def delete(cast: Cast, seen: str, *, by: Role = Role.COORDINATOR) -> None:
    rules.delete(sender=cast.sender, seen=seen, actor=cast.members[by])


def destination_now(cast: Cast) -> str:
    rule = ForwardingRule.objects.filter(sender=cast.sender).first()
    return rule.destination if rule else ""


def journal() -> list[tuple[User, str, str, str]]:
    """Who, of which number, from and to, in the order of writing."""
    entries = JournalEntry.objects.filter(kind=JournalEntry.Kind.CALL_FORWARDING).order_by("id")
    return [(entry.actor, entry.subject, entry.old, entry.new) for entry in entries]


def code_of(refused: pytest.ExceptionInfo[ValidationError]) -> str:
    return str(refused.value.code)


# --- what is written ---------------------------------------------------------------------------


def test_set_up_changed_and_deleted_each_is_kept_with_who_from_and_to(cast: Cast) -> None:
    before = datetime.now(UTC)
    rule, change = save(cast, "(415) 555-0123", by=Role.MANAGER)
    assert (change, rule.destination, rule.version) == (Change.SET_UP, OFFICE, 1)
    rule, change = save(cast, HOME, rule.token, by=Role.COORDINATOR)
    assert (change, rule.destination, rule.version) == (Change.CHANGED, HOME, 2)
    assert (rule.set_up_by, rule.changed_by) == (
        cast.members[Role.MANAGER],
        cast.members[Role.COORDINATOR],
    )
    assert rule.set_up_at < rule.changed_at
    delete(cast, rule.token, by=Role.OWNER)
    assert destination_now(cast) == ""

    assert journal() == [
        (cast.members[Role.MANAGER], cast.sender.number, "", OFFICE),
        (cast.members[Role.COORDINATOR], cast.sender.number, OFFICE, HOME),
        (cast.members[Role.OWNER], cast.sender.number, HOME, ""),
    ]
    for entry in JournalEntry.objects.all():
        assert entry.workspace == cast.acme
        assert before < entry.at < datetime.now(UTC)


@pytest.mark.parametrize("seen", [NOT_SET_UP, "0.0", "the same"])
def test_saving_what_holds_already_changes_and_records_nothing(cast: Cast, seen: str) -> None:
    rule, _ = save(cast, OFFICE)
    recorded = journal()
    again, change = save(
        cast, "1 (415) 555-0123", rule.token if seen == "the same" else seen, by=Role.OWNER
    )
    assert change is Change.UNCHANGED
    assert (again.pk, again.token, again.changed_by) == (
        rule.pk,
        rule.token,
        cast.members[Role.COORDINATOR],
    )
    assert journal() == recorded


def test_deleting_where_nothing_is_set_up_does_nothing(cast: Cast) -> None:
    delete(cast, NOT_SET_UP)
    delete(cast, "1.1")
    assert JournalEntry.objects.count() == 0


def test_it_can_be_set_up_again_after_it_was_deleted(cast: Cast) -> None:
    rule, _ = save(cast)
    delete(cast, rule.token)
    again, change = save(cast, HOME)
    assert (change, again.version) == (Change.SET_UP, 1)
    assert [(old, new) for _, _, old, new in journal()] == [("", OFFICE), (OFFICE, ""), ("", HOME)]


@pytest.mark.parametrize("state", ["unverified", "pending", "verified", "rejected"])
def test_the_state_of_the_verification_does_not_matter(cast: Cast, state: str) -> None:
    SenderNumber.objects.filter(pk=cast.sender.pk).update(verification=state)
    assert save(cast)[1] is Change.SET_UP


def test_a_superuser_who_is_no_member_may(cast: Cast) -> None:
    rules.save(sender=cast.sender, text=OFFICE, seen=NOT_SET_UP, actor=cast.staff)
    assert journal() == [(cast.staff, cast.sender.number, "", OFFICE)]


# --- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", Refusal.EMPTY),
        ("(416) 555-0123", Refusal.CANADIAN),
        ("(900) 555-0123", Refusal.PREMIUM),
        ("+44 20 7946 0018", Refusal.FOREIGN),
        ("888 555 0100", Refusal.ITSELF),
    ],
)
def test_a_number_that_will_not_do_is_refused_and_nothing_is_written(
    cast: Cast, text: str, refusal: Refusal
) -> None:
    with pytest.raises(ValidationError) as refused:
        save(cast, text)
    assert code_of(refused) == refusal
    assert refused.value.messages == [str(SENTENCES[refusal])]
    assert destination_now(cast) == ""
    assert JournalEntry.objects.count() == 0


def test_a_refused_change_leaves_what_was_set_up(cast: Cast) -> None:
    rule, _ = save(cast)
    recorded = journal()
    with pytest.raises(ValidationError):
        save(cast, "(242) 555-0123", rule.token)
    rule.refresh_from_db()
    assert (rule.destination, rule.version) == (OFFICE, 1)
    assert journal() == recorded


@pytest.mark.parametrize("whose", ["own", "rival"])
def test_a_sender_number_of_any_workspace_is_refused_without_saying_whose(
    cast: Cast, whose: str
) -> None:
    if whose == "own":
        SenderNumber.objects.create(
            workspace=cast.acme, account=cast.sender.account, number=HOME, kind="long_code"
        )
    number = HOME if whose == "own" else cast.rival_sender.number
    with pytest.raises(ValidationError) as refused:
        save(cast, number)
    assert code_of(refused) == Refusal.SENDER
    # Word for word the same for both, so it tells nobody whose number it is.
    assert refused.value.messages == [str(SENTENCES[Refusal.SENDER])]
    assert destination_now(cast) == ""
    assert JournalEntry.objects.count() == 0


def test_a_sender_number_that_was_released_can_be_forwarded_to(cast: Cast) -> None:
    SenderNumber.objects.filter(pk=cast.rival_sender.pk).update(verification="released")
    rule, change = save(cast, cast.rival_sender.number)
    assert (change, rule.destination) == (Change.SET_UP, cast.rival_sender.number)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"verification": "released"}, "released"),
        ({"kind": "short_code", "number": "55533"}, "short_code"),
        ({"kind": "long_code", "number": "+12395550111"}, "not_toll_free"),
        ({"country": "CA"}, "not_a_us_number"),
        ({"country": "GB", "number": "+448081570192"}, "not_a_us_number"),
    ],
)
def test_what_cannot_forward_is_refused_before_the_number_is_looked_at(
    cast: Cast, fields: dict[str, str], code: str
) -> None:
    SenderNumber.objects.filter(pk=cast.sender.pk).update(**fields)
    # As the page had it when it was opened: what holds now decides.
    for text in (OFFICE, ""):
        with pytest.raises(ValidationError) as refused:
            save(cast, text)
        assert code_of(refused) == code
    assert destination_now(cast) == ""
    assert JournalEntry.objects.count() == 0


# --- somebody else was faster ------------------------------------------------------------------


def test_a_change_over_a_change_is_refused_and_says_who_when_and_to_what(cast: Cast) -> None:
    rule, _ = save(cast)
    seen = rule.token
    save(cast, HOME, seen, by=Role.MANAGER)
    recorded = journal()
    with pytest.raises(ChangedMeanwhileError) as refused:
        save(cast, DEPOT, seen)
    error = refused.value
    assert error.rule is not None
    assert error.before is not None
    assert (error.rule.destination, error.before.destination) == (HOME, HOME)
    assert error.before.who == str(cast.members[Role.MANAGER])
    assert error.before.at == JournalEntry.objects.latest("id").at
    assert destination_now(cast) == HOME
    assert journal() == recorded
    # With the token of what there is now it goes through.
    assert save(cast, DEPOT, error.token)[1] is Change.CHANGED


def test_setting_up_what_somebody_else_has_set_up_is_refused(cast: Cast) -> None:
    save(cast, OFFICE, by=Role.OWNER)
    with pytest.raises(ChangedMeanwhileError) as refused:
        save(cast, HOME, NOT_SET_UP)
    assert refused.value.before is not None
    assert (refused.value.before.who, refused.value.before.destination) == ("Acme Owner", OFFICE)
    assert destination_now(cast) == OFFICE
    assert len(journal()) == 1


def test_changing_what_somebody_else_has_deleted_is_refused(cast: Cast) -> None:
    rule, _ = save(cast)
    delete(cast, rule.token, by=Role.ADMIN)
    with pytest.raises(ChangedMeanwhileError) as refused:
        save(cast, HOME, rule.token)
    error = refused.value
    assert (error.rule, error.token) == (None, NOT_SET_UP)
    assert error.before is not None
    assert (error.before.who, error.before.destination) == ("Acme Admin", "")
    assert destination_now(cast) == ""
    assert len(journal()) == 2
    assert save(cast, HOME, error.token)[1] is Change.SET_UP


def test_deleting_what_somebody_else_has_changed_is_refused(cast: Cast) -> None:
    rule, _ = save(cast)
    seen = rule.token
    save(cast, HOME, seen, by=Role.MANAGER)
    with pytest.raises(ChangedMeanwhileError) as refused:
        delete(cast, seen)
    assert destination_now(cast) == HOME
    assert len(journal()) == 2
    delete(cast, refused.value.token)
    assert destination_now(cast) == ""


@pytest.mark.parametrize("what", ["change", "delete"])
def test_deleted_and_set_up_anew_meanwhile_is_another_rule_even_to_the_same_number(
    cast: Cast, what: str
) -> None:
    rule, _ = save(cast)
    seen = rule.token
    delete(cast, seen, by=Role.OWNER)
    save(cast, OFFICE, by=Role.OWNER)
    recorded = journal()
    act = partial(save, cast, HOME, seen) if what == "change" else partial(delete, cast, seen)
    with pytest.raises(ChangedMeanwhileError):
        act()
    assert destination_now(cast) == OFFICE
    assert journal() == recorded


def test_changed_there_and_back_meanwhile_is_noticed(cast: Cast) -> None:
    rule, _ = save(cast)
    seen = rule.token
    rule, _ = save(cast, HOME, seen, by=Role.OWNER)
    save(cast, OFFICE, rule.token, by=Role.OWNER)
    with pytest.raises(ChangedMeanwhileError):
        save(cast, DEPOT, seen)
    assert destination_now(cast) == OFFICE


def test_the_last_change_is_that_of_this_number_in_this_workspace(cast: Cast) -> None:
    save(cast)
    other = SenderNumber.objects.create(
        workspace=cast.acme, account=cast.sender.account, number="+18775550101", kind="toll_free"
    )
    save(cast, HOME, by=Role.OWNER, sender=other)
    last = rules.last_change(cast.sender)
    assert last is not None
    assert (last.who, last.destination) == ("Acme Coordinator", OFFICE)
    assert rules.last_change(cast.rival_sender) is None


# --- rights, asked again when saving -----------------------------------------------------------


def _role_taken_away(person: User) -> None:
    Membership.objects.filter(user=person).update(role=Role.ANALYST)


def _membership_removed(person: User) -> None:
    Membership.objects.filter(user=person).delete()


def _account_switched_off(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)


TAKEN_AWAY = [_role_taken_away, _membership_removed, _account_switched_off]


@pytest.mark.parametrize("take_away", TAKEN_AWAY, ids=lambda each: each.__name__)
def test_who_lost_the_right_after_opening_the_form_saves_and_deletes_nothing(
    cast: Cast, take_away: Callable[[User], None]
) -> None:
    rule, _ = save(cast, by=Role.OWNER)
    recorded = journal()
    take_away(cast.members[Role.COORDINATOR])
    with pytest.raises(RoleNeeded):
        save(cast, HOME, rule.token)
    with pytest.raises(RoleNeeded):
        delete(cast, rule.token)
    # Even what would change nothing or be refused: no answer tells what there is.
    with pytest.raises(RoleNeeded):
        save(cast, OFFICE, rule.token)
    with pytest.raises(RoleNeeded):
        save(cast, "", rule.token)
    assert destination_now(cast) == OFFICE
    assert journal() == recorded


def test_an_analyst_and_a_member_of_another_workspace_may_not(cast: Cast) -> None:
    for person in (cast.members[Role.ANALYST], cast.rivals[Role.OWNER], cast.clerk):
        with pytest.raises(RoleNeeded):
            rules.save(sender=cast.sender, text=OFFICE, seen=NOT_SET_UP, actor=person)
        with pytest.raises(RoleNeeded):
            rules.delete(sender=cast.sender, seen=NOT_SET_UP, actor=person)
    assert destination_now(cast) == ""
    assert JournalEntry.objects.count() == 0


def test_a_switched_off_superuser_may_not(cast: Cast) -> None:
    _account_switched_off(cast.staff)
    with pytest.raises(RoleNeeded):
        rules.save(sender=cast.sender, text=OFFICE, seen=NOT_SET_UP, actor=cast.staff)
    assert JournalEntry.objects.count() == 0


# --- what the database itself refuses, whatever the code does ----------------------------------


def _row(cast: Cast, destination: str = OFFICE) -> ForwardingRule:
    who = cast.members[Role.OWNER]
    return ForwardingRule(
        sender=cast.sender, destination=destination, set_up_by=who, changed_by=who
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"verification": "released"},
        {"kind": "short_code"},
        {"kind": "long_code"},
        {"country": "GB"},
    ],
    ids=lambda fields: "-".join(fields.values()),
)
def test_the_database_sets_up_no_number_that_cannot_forward(
    cast: Cast, fields: dict[str, str]
) -> None:
    SenderNumber.objects.filter(pk=cast.sender.pk).update(**fields)
    with pytest.raises(IntegrityError, match="cannot forward calls"), transaction.atomic():
        _row(cast).save()
    assert destination_now(cast) == ""


def test_the_database_forwards_no_number_to_itself(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="cannot forward calls"), transaction.atomic():
        _row(cast, cast.sender.number).save()
    rule, _ = save(cast)
    with pytest.raises(IntegrityError, match="cannot forward calls"), transaction.atomic():
        ForwardingRule.objects.filter(pk=rule.pk).update(destination=cast.sender.number)
    assert destination_now(cast) == OFFICE


def test_the_database_changes_no_rule_of_a_released_number_but_lets_it_be_deleted(
    cast: Cast,
) -> None:
    rule, _ = save(cast)
    senders.release(sender=cast.sender, actor=cast.members[Role.OWNER], reason="No longer ours")
    with pytest.raises(IntegrityError, match="cannot forward calls"), transaction.atomic():
        ForwardingRule.objects.filter(pk=rule.pk).update(destination=HOME)
    assert destination_now(cast) == OFFICE
    delete(cast, rule.token)
    assert destination_now(cast) == ""


@pytest.mark.parametrize(
    "destination",
    ["", "4155550123", "+4155550123", "+1415555012", "+141555501234", "+442079460018"],
)
def test_the_database_takes_no_destination_that_is_no_plus_one_number(
    cast: Cast, destination: str
) -> None:
    with (
        pytest.raises(IntegrityError, match="forwarding_goes_to_a_plus_one_number"),
        transaction.atomic(),
    ):
        _row(cast, destination).save()
    assert destination_now(cast) == ""


def test_the_database_keeps_one_rule_per_number(cast: Cast) -> None:
    save(cast)
    with pytest.raises(IntegrityError, match="sender_id"), transaction.atomic():
        _row(cast, HOME).save()
    assert destination_now(cast) == OFFICE


def test_the_database_refuses_in_raw_sql_too(cast: Cast) -> None:
    rule, _ = save(cast)
    with (
        pytest.raises(DatabaseError, match="cannot forward calls"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE forwarding_forwardingrule SET destination = %s WHERE id = %s",
            [cast.sender.number, rule.pk],
        )
    assert destination_now(cast) == OFFICE


def test_the_history_of_a_rule_outlives_it_and_never_changes(cast: Cast) -> None:
    rule, _ = save(cast)
    rule, _ = save(cast, HOME, rule.token)
    delete(cast, rule.token)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pgh_label, destination FROM forwarding_forwardingruleevent ORDER BY pgh_id"
        )
        assert cursor.fetchall() == [("insert", OFFICE), ("update", HOME), ("delete", HOME)]
    with (
        pytest.raises(DatabaseError, match="Cannot update or delete"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM forwarding_forwardingruleevent")
