"""Messages of unknown fate: what a look-up at the carrier settles, and what it must not."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import JournalEntry
from accounts.roles import Role
from consent.models import Contact
from sending.carriers.outcome import Found, Outgoing, Unknown
from sending.carriers.twilio import CarrierClient
from sending.matching import Lost, pair
from sending.models import CarrierAccount, FrequencyWindow, Message
from sending.reconcile import reconcile, settle_by_hand
from tests.cast import Cast, opted_in
from tests.sending.messages import TEXT, message_in, report
from tests.simulator import Simulator

NUMBER = "+12395550123"
NOON = timezone.now().replace(microsecond=0)


@pytest.fixture
def person(cast: Cast, simulator: Simulator) -> Contact:
    """Opted in; acme's carrier is the simulator."""
    CarrierAccount.objects.update(api_url=simulator.url)
    cast.sender.account.refresh_from_db()
    return opted_in(cast.offers, NUMBER)


def post(simulator: Simulator, cast: Cast, text: str = TEXT) -> None:
    """Post a message the answer to which is lost."""
    simulator.control(drop_after_share=1)

    async def run() -> None:
        account = cast.sender.account
        async with CarrierClient(
            api_url=account.api_url,
            account_sid=account.account_sid,
            auth_token=account.auth_token,
        ) as client:
            outcome = await client.send(
                Outgoing(
                    message_id=1,
                    to=NUMBER,
                    sender=cast.sender.number,
                    body=text,
                    status_callback="http://127.0.0.1:9/",
                )
            )
            assert isinstance(outcome, Unknown)

    asyncio.run(run())
    simulator.control()


def unknown(cast: Cast, person: Contact, *, ago: float = 100, text: str = TEXT) -> Message:
    """Claimed ``ago`` seconds before now; its lease ran out, so it is due for a look."""
    claimed_at = timezone.now() - timedelta(seconds=ago)
    message = message_in(
        "unknown", contact=person, sender=cast.sender, claimed_at=claimed_at, body=text
    )
    Message.objects.filter(pk=message.pk).update(
        lease_until=timezone.now() - timedelta(seconds=61),
        updated_at=timezone.now() - timedelta(seconds=61),
    )
    message.refresh_from_db()
    return message


def status_of(message: Message) -> str:
    return Message.objects.get(pk=message.pk).status


@pytest.fixture
def margin(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wider margin, since tests post now what was claimed minutes ago."""
    monkeypatch.setattr("sending.reconcile.MARGIN", timedelta(minutes=3))


@pytest.mark.usefixtures("margin")
def test_a_message_that_the_carrier_has_is_settled_and_never_posted_again(
    cast: Cast, person: Contact, simulator: Simulator
) -> None:
    message = unknown(cast, person)
    post(simulator, cast)
    result = reconcile()
    assert (result.looked_up, result.settled, result.unreachable) == (1, 1, 0)
    message.refresh_from_db()
    [entry] = simulator.accepted()
    assert message.sid == entry.sid
    assert message.status in {"accepted", "sent", "delivered"}
    assert message.slot_at is not None
    assert FrequencyWindow.objects.get(contact=person).sent_1 == message.slot_at
    assert reconcile().looked_up == 0


def test_that_the_carrier_shows_nothing_proves_nothing(
    cast: Cast, person: Contact, simulator: Simulator
) -> None:
    message = unknown(cast, person)
    slot = message.slot_at
    assert reconcile().settled == 0
    message.refresh_from_db()
    assert (message.status, message.slot_at) == ("unknown", slot)


@pytest.mark.usefixtures("margin")
def test_a_carrier_that_cannot_be_asked_settles_nothing(
    cast: Cast, person: Contact, simulator: Simulator
) -> None:
    message = unknown(cast, person)
    simulator.stop()
    result = reconcile()
    assert (result.settled, result.unreachable) == (0, 1)
    assert status_of(message) == "unknown"


@pytest.mark.usefixtures("margin")
def test_one_of_two_equal_messages_at_the_carrier_settles_neither(
    cast: Cast, person: Contact, simulator: Simulator
) -> None:
    first, second = unknown(cast, person), unknown(cast, person)
    post(simulator, cast)
    assert reconcile().settled == 0
    assert {status_of(first), status_of(second)} == {"unknown"}


@pytest.mark.usefixtures("margin")
def test_as_many_at_the_carrier_as_are_unknown_settles_all(
    cast: Cast, person: Contact, simulator: Simulator
) -> None:
    messages = [unknown(cast, person), unknown(cast, person), unknown(cast, person, text="other")]
    for text in (TEXT, TEXT, "other"):
        post(simulator, cast, text)
    assert reconcile().settled == 3
    sids = {Message.objects.get(pk=message.pk).sid for message in messages}
    assert sids == {entry.sid for entry in simulator.accepted()}


@pytest.mark.usefixtures("margin")
def test_what_belongs_to_another_of_our_messages_settles_nothing(
    cast: Cast, person: Contact, simulator: Simulator
) -> None:
    post(simulator, cast)
    [entry] = simulator.accepted()
    message_in("accepted", contact=person, sender=cast.sender, sid=entry.sid)
    message = unknown(cast, person)
    assert reconcile().settled == 0
    assert status_of(message) == "unknown"


@pytest.mark.usefixtures("margin")
@pytest.mark.parametrize("status", ["sending", "accepted"])
def test_while_another_one_without_an_id_may_be_meant_nothing_is_settled(
    cast: Cast, person: Contact, simulator: Simulator, status: str
) -> None:
    """On its way just now, or said by a person to have gone out."""
    message_in(status, contact=person, sender=cast.sender)
    message = unknown(cast, person)
    post(simulator, cast)
    assert reconcile().settled == 0
    assert status_of(message) == "unknown"


@pytest.mark.usefixtures("margin")
def test_another_text_is_another_message(cast: Cast, person: Contact, simulator: Simulator) -> None:
    message = unknown(cast, person)
    post(simulator, cast, "something else")
    assert reconcile().settled == 0
    assert status_of(message) == "unknown"


def test_what_the_carrier_got_too_late_to_be_ours_settles_nothing(
    cast: Cast, person: Contact, simulator: Simulator
) -> None:
    message = unknown(cast, person)
    Message.objects.filter(pk=message.pk).update(lease_until=timezone.now() - timedelta(seconds=90))
    post(simulator, cast)
    assert reconcile().looked_up == 1
    assert status_of(message) == "unknown"


def test_each_further_look_waits_until_the_message_is_twice_as_old(
    cast: Cast, person: Contact
) -> None:
    unknown(cast, person)
    assert reconcile().looked_up == 1
    assert reconcile().looked_up == 0
    Message.objects.update(
        lease_until=timezone.now() - timedelta(minutes=119),
        updated_at=timezone.now() - timedelta(hours=1),
    )
    assert reconcile().looked_up == 1


def test_a_message_whose_lease_has_just_ended_is_not_looked_up_yet(
    cast: Cast, person: Contact
) -> None:
    message = unknown(cast, person)
    Message.objects.filter(pk=message.pk).update(lease_until=timezone.now())
    assert reconcile().looked_up == 0


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_pairs_are_made_in_order_of_time_and_only_when_all_fit() -> None:
    first, second = Lost(1, at(0), at(120)), Lost(2, at(300), at(420))
    a, b = Found("SMa", TEXT, "sent", at(10)), Found("SMb", TEXT, "sent", at(310))
    assert pair([second, first], [b, a]) == [(first, a), (second, b)]
    assert pair([first, second], [a]) == []
    assert pair([first], [a, b]) == []
    assert pair([first, second], [a, a]) == []
    assert pair([first], [Found("SMa", TEXT, "sent", at(120))]) != []
    assert pair([first], [Found("SMa", TEXT, "sent", at(121))]) == []
    assert pair([first], [Found("SMa", TEXT, "sent", at(-1))]) == []


def test_a_person_says_that_it_went_and_the_journal_keeps_why(cast: Cast, person: Contact) -> None:
    message = unknown(cast, person)
    settled = settle_by_hand(
        message=message, went=True, actor=cast.members[Role.ADMIN], reason="The carrier confirmed."
    )
    assert (settled.status, settled.reason) == ("accepted", "settled_by_hand")
    assert settled.accepted_at is not None
    assert settled.slot_at == message.slot_at
    entry = JournalEntry.objects.get(kind=JournalEntry.Kind.MESSAGE)
    assert (entry.workspace, entry.old, entry.new) == (cast.acme, "unknown", "accepted")
    assert entry.reason == "The carrier confirmed."
    assert NUMBER not in entry.subject
    # A later report of the carrier's goes on from there.
    assert report(message, "delivered") == 204
    assert status_of(message) == "delivered"


def test_a_person_says_that_it_never_went_and_its_slot_is_free_again(
    cast: Cast, person: Contact
) -> None:
    message = unknown(cast, person)
    assert FrequencyWindow.objects.get(contact=person).sent_1 is not None
    settled = settle_by_hand(
        message=message, went=False, actor=cast.members[Role.ADMIN], reason="Never arrived there."
    )
    assert (settled.status, settled.slot_at) == ("failed", None)
    assert FrequencyWindow.objects.get(contact=person).sent_1 is None


@pytest.mark.parametrize("status", ["queued", "sending", "accepted", "failed", "delivered"])
def test_only_an_unknown_fate_is_settled_by_hand(cast: Cast, person: Contact, status: str) -> None:
    message = message_in(status, contact=person, sender=cast.sender)
    with pytest.raises(ValidationError) as refusal:
        settle_by_hand(message=message, went=True, actor=cast.staff, reason="Because.")
    assert refusal.value.code == "not_unknown"
    assert status_of(message) == status
    assert not JournalEntry.objects.exists()


def test_a_message_is_not_settled_by_hand_without_a_reason(cast: Cast, person: Contact) -> None:
    message = unknown(cast, person)
    with pytest.raises(ValidationError) as refusal:
        settle_by_hand(message=message, went=False, actor=cast.staff, reason="  ")
    assert refusal.value.code == "reason_required"
    assert status_of(message) == "unknown"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_never_look_for_the_same_message(simulator: Simulator) -> None:
    with transaction.atomic():
        cast = Cast.assemble()
        CarrierAccount.objects.update(api_url=simulator.url)
        for number in range(30):
            unknown(cast, opted_in(cast.offers, f"+1239555{100 + number:04d}"))

    def look(_: int) -> int:
        try:
            return reconcile().looked_up
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(look, range(8))) == 30
