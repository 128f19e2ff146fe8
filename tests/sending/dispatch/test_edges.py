"""Rare turns of a round, each of which once went wrong or nearly so."""

from __future__ import annotations

from datetime import date, timedelta

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.roles import Role
from sending.by_hand import settle_by_hand
from sending.carriers.outcome import Accepted
from sending.dispatch import windows
from sending.dispatch.admit import LEASE, admit
from sending.dispatch.settle import settle, settle_surely
from sending.dispatch.sweep import sweep
from sending.models import FrequencyLaw, FrequencyWindow, Message, SenderNumber
from tests.cast import Cast, opted_in
from tests.faults.workers import database_url
from tests.sending.dispatch.makers import (
    earlier,
    only_message,
    smart_sending_off,
    started,
    window,
)

OHIO = "+12165550101"
FLORIDA = "+12395550101"


def test_a_law_of_half_a_day_lets_go_what_it_allows(cast: Cast) -> None:
    smart_sending_off(cast)
    FrequencyLaw.objects.create(
        state="OH",
        cap=3,
        window_hours=12,
        starts_on=date(2024, 1, 1),
        on_by_default=True,
        citation="x",
        source="x",
    )
    earlier(cast, opted_in(cast.offers, OHIO), 13, 14, 15)
    campaign = started(cast)
    admit()
    assert only_message(campaign).status == Message.Status.SENDING


def test_an_acceptance_counts_although_a_person_had_said_that_it_did_not_go(cast: Cast) -> None:
    person = opted_in(cast.offers, FLORIDA)
    campaign = started(cast)
    batch = admit()
    Message.objects.filter(campaign=campaign).update(lease_until=timezone.now() - timedelta(1))
    sweep()
    settle_by_hand(
        message=only_message(campaign), went=False, actor=cast.members[Role.ADMIN], reason="No."
    )
    settle(batch.claim, [(batch.postings[0], Accepted("SM1", "queued", timezone.now(), 1))])
    message = only_message(campaign)
    assert message.sid == "SM1"
    assert window(person)[0] == message.slot_at is not None


def test_a_workers_slow_clock_does_not_shorten_the_day(cast: Cast) -> None:
    person = opted_in(cast.offers, FLORIDA)
    campaign = started(cast)
    batch = admit()
    lease_until = only_message(campaign).lease_until
    assert lease_until is not None
    slow = timezone.now() - timedelta(hours=1)
    settle(batch.claim, [(batch.postings[0], Accepted("SM1", "queued", slow, 1))])
    assert window(person)[0] == lease_until - LEASE


def test_the_database_itself_refuses_a_fourth_in_a_day(cast: Cast) -> None:
    person = opted_in(cast.offers, FLORIDA)
    first, *_rest = earlier(cast, person, 3, 2, 1)
    now = timezone.now()
    row = FrequencyWindow.objects.get(contact=person)
    assert row.sent_3 == first
    with pytest.raises(IntegrityError, match="a fourth promotional message"), transaction.atomic():
        FrequencyWindow.objects.filter(contact=person).update(
            sent_1=now, sent_2=row.sent_1, sent_3=row.sent_2, capped_at=now
        )


def test_a_window_that_is_not_what_the_decision_saw_does_not_move(cast: Cast) -> None:
    person = opted_in(cast.offers, FLORIDA)
    times = earlier(cast, person, 5)
    now = timezone.now()
    stale = windows.Move(person.pk, stored=True, before=(), after=(now,), capped_at=None)
    with pytest.raises(windows.WindowConflictError), transaction.atomic():
        windows.move([stale])
    assert window(person) == (times[0], None, None)


def test_a_batch_that_fails_gives_other_senders_their_turn(cast: Cast) -> None:
    opted_in(cast.offers, FLORIDA)
    started(cast)
    FrequencyLaw.objects.all().delete()
    with pytest.raises(RuntimeError, match="law table"):
        admit()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now = cursor.fetchone()[0]
    assert SenderNumber.objects.get(pk=cast.sender.pk).next_slot_at > now + timedelta(seconds=3)
    assert not Message.objects.exclude(status="queued").exists()


@pytest.mark.django_db(transaction=True)
def test_answers_survive_a_lost_connection(cast: Cast) -> None:
    opted_in(cast.offers, FLORIDA)
    campaign = started(cast)
    batch = admit()
    with psycopg.connect(database_url(), autocommit=True) as other:
        assert connection.connection is not None
        other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    settle_surely(batch.claim, [(batch.postings[0], Accepted("SM1", "queued", timezone.now(), 1))])
    message = only_message(campaign)
    assert (message.status, message.sid) == (Message.Status.ACCEPTED, "SM1")
