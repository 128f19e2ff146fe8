"""Callbacks that come at the same time, in real transactions."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from consent.locks import lock_contacts
from sending.models import CarrierEvent, Message
from tests.cast import Cast, opted_in
from tests.sending.messages import message_in, report

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def message(cast: Cast) -> Message:
    with transaction.atomic():
        person = opted_in(cast.offers, "+12395550123")
        return message_in("sending", contact=person, sender=cast.sender)


def reporting(message: Message, status: str) -> int:
    try:
        return report(message, status)
    finally:
        connection.close()


def test_the_same_callback_many_times_at_once_is_stored_and_applied_once(
    message: Message,
) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: reporting(message, "sent"), range(24)))
    assert answers == [204] * 24
    assert list(CarrierEvent.objects.values_list("status", "applied")) == [("sent", True)]
    message.refresh_from_db()
    assert message.status == "sent"


def test_different_callbacks_at_once_end_at_the_furthest_status(message: Message) -> None:
    with ThreadPoolExecutor(8) as pool:
        statuses = ["queued", "sent", "delivered"] * 6
        assert set(pool.map(lambda status: reporting(message, status), statuses)) == {204}
    message.refresh_from_db()
    assert message.status == "delivered"
    assert CarrierEvent.objects.count() == 3


def test_a_callback_waits_for_whoever_holds_the_contact(message: Message) -> None:
    """The gate decides under the contact's lock; no window may move beneath it."""
    done = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock_contacts([message.contact_id])
            answer = pool.submit(reporting, message, "delivered")
            answer.add_done_callback(lambda _: done.set())
            assert not done.wait(0.7)
            assert Message.objects.get(pk=message.pk).status == "sending"
        assert answer.result(timeout=10) == 204
    message.refresh_from_db()
    assert message.status == "delivered"
