"""Status callbacks: what the carrier signed moves a message forward; all else moves nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client, override_settings
from django.utils import timezone
from twilio.request_validator import RequestValidator

from consent.models import Contact
from sending.models import CarrierEvent, FrequencyWindow, Message
from tests.cast import Cast, opted_in
from tests.sending.messages import SID, callback_path, form, message_in, post_signed, report


@pytest.fixture
def person(cast: Cast) -> Contact:
    return opted_in(cast.offers, "+12395550123")


@pytest.fixture
def message(cast: Cast, person: Contact) -> Message:
    """On its way to the carrier: posted, its answer not yet written down."""
    return message_in("sending", contact=person, sender=cast.sender)


def events() -> list[tuple[str, bool]]:
    return list(CarrierEvent.objects.order_by("id").values_list("status", "applied"))


@pytest.mark.parametrize(
    ("caller", "signature"),
    [
        ("+12349013030", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
        ("+14158675309", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    ],
)
def test_the_signature_is_the_one_that_the_carrier_documents(caller: str, signature: str) -> None:
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": caller,
        "Digits": "1234",
        "From": caller,
        "To": "+18005551212",
    }
    address = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert RequestValidator("12345").compute_signature(address, fields) == signature


@pytest.mark.parametrize("status", ["sending", "unknown"])
def test_a_callback_proves_that_an_unsettled_message_was_taken_over(
    cast: Cast, person: Contact, status: str
) -> None:
    before = timezone.now()
    message = message_in(status, contact=person, sender=cast.sender, claimed_at=before)
    Message.objects.update(error_code="rate_limited", reason="carrier_busy")
    assert report(message, "sent") == 204
    message.refresh_from_db()
    assert (message.status, message.sid) == ("sent", SID)
    assert (message.reason, message.error_code) == ("", "")
    assert message.accepted_at is not None
    assert before <= message.accepted_at <= timezone.now()
    assert message.slot_at == message.accepted_at
    assert FrequencyWindow.objects.get(contact=person).sent_1 == message.accepted_at
    assert events() == [("sent", True)]


def test_a_slot_that_is_past_is_not_moved_to_the_time_of_a_late_callback(
    cast: Cast, person: Contact
) -> None:
    long_ago = timezone.now() - timedelta(hours=5)
    message = message_in("unknown", contact=person, sender=cast.sender, claimed_at=long_ago)
    slot = message.slot_at
    report(message, "delivered")
    message.refresh_from_db()
    assert (message.status, message.slot_at) == ("delivered", slot)


def test_callbacks_in_the_wrong_order_never_move_a_message_back(message: Message) -> None:
    for status in ("delivered", "sent", "queued"):
        assert report(message, status) == 204
    message.refresh_from_db()
    assert message.status == "delivered"
    assert events() == [("delivered", True), ("sent", False), ("queued", False)]


def test_a_replayed_callback_changes_nothing(message: Message) -> None:
    report(message, "sent")
    first = Message.objects.get(pk=message.pk)
    for _ in range(3):
        assert report(message, "sent") == 204
    again = Message.objects.get(pk=message.pk)
    assert (again.status, again.updated_at) == (first.status, first.updated_at)
    assert events() == [("sent", True)]


def test_a_failure_keeps_its_code_and_its_slot(message: Message) -> None:
    report(message, "failed", ErrorCode="30034")
    message.refresh_from_db()
    assert (message.status, message.error_code) == ("failed", "30034")
    assert message.reason == "carrier_refused"
    assert message.slot_at is not None


def test_a_callback_with_another_carrier_id_is_kept_and_not_applied(
    cast: Cast, person: Contact
) -> None:
    message = message_in("accepted", contact=person, sender=cast.sender, sid="SM" + "2" * 32)
    assert report(message, "delivered") == 204
    message.refresh_from_db()
    assert (message.status, message.sid) == ("accepted", "SM" + "2" * 32)
    assert events() == [("delivered", False)]


@pytest.mark.parametrize("status", ["queued", "skipped", "cancelled"])
def test_what_was_not_posted_is_not_moved(cast: Cast, person: Contact, status: str) -> None:
    message = message_in(status, contact=person, sender=cast.sender)
    assert report(message, "delivered") == 204
    message.refresh_from_db()
    assert (message.status, message.sid) == (status, "")
    assert events() == [("delivered", False)]


def test_what_was_held_for_not_sent_counts_once_the_carrier_proves_otherwise(
    cast: Cast, person: Contact
) -> None:
    message = message_in("failed", contact=person, sender=cast.sender)
    assert report(message, "failed") == 204
    message.refresh_from_db()
    assert message.slot_at is None
    assert report(message, "sent") == 204
    assert report(message, "delivered") == 204
    counted = Message.objects.get(pk=message.pk)
    assert (counted.status, counted.sid) == ("failed", SID)
    assert counted.slot_at is not None
    assert FrequencyWindow.objects.get(contact=person).sent_1 == counted.slot_at
    assert events() == [("failed", False), ("sent", False), ("delivered", False)]


def test_an_unsigned_callback_is_refused(message: Message) -> None:
    account = message.sender.account  # type: ignore[union-attr]
    answer = Client().post(callback_path(message, account), form(message, account, "sent"))
    assert answer.status_code == 403
    assert events() == []
    message.refresh_from_db()
    assert message.status == "sending"


def test_forged_and_altered_callbacks_are_refused(cast: Cast, message: Message) -> None:
    account = cast.sender.account
    path, fields = callback_path(message, account), form(message, account, "sent")
    altered = {**fields, "MessageStatus": "delivered"}
    other = message_in("sending", contact=message.contact, sender=cast.sender)
    assert post_signed(path, fields, token="guessed") == 403
    assert post_signed(path, altered, signed=fields) == 403
    assert post_signed(path, {**fields, "Extra": "1"}, signed=fields) == 403
    # Replayed to another message's address, or with a query of one's own.
    assert post_signed(callback_path(other, account), fields, signed_for=path) == 403
    assert post_signed(path + "?a=1", fields, signed_for=path) == 403
    assert post_signed("/carrier/status/999999/1/", fields) == 403
    assert events() == []
    assert set(Message.objects.values_list("status", flat=True)) == {"sending"}


def test_the_public_address_counts_and_no_host_header(message: Message) -> None:
    account = message.sender.account  # type: ignore[union-attr]
    path, fields = callback_path(message, account), form(message, account, "sent")
    evil = "http://evil.example" + path
    signature = RequestValidator("12345").compute_signature(evil, fields)
    with override_settings(ALLOWED_HOSTS=["*"]):
        answer = Client().post(
            path,
            fields,
            headers={
                "Host": "evil.example",
                "X-Forwarded-Host": "evil.example",
                "X-Twilio-Signature": signature,
            },
        )
        assert answer.status_code == 403
        assert post_signed(path, fields, Host="internal.example") == 204
    with override_settings(PUBLIC_URL="https://sms.example.com/tollgate"):
        assert post_signed(path, form(message, account, "delivered")) == 204
    message.refresh_from_db()
    assert message.status == "delivered"


def test_another_accounts_callback_moves_nothing(cast: Cast, message: Message) -> None:
    """Also not when both carrier accounts have the same token, and so the same signature."""
    theirs = cast.rival_sender.account
    fields = form(message, theirs, "delivered")
    assert post_signed(callback_path(message, theirs), fields) == 204
    ours = cast.sender.account
    fields = form(message, ours, "delivered", AccountSid=theirs.account_sid)
    assert post_signed(callback_path(message, ours), fields) == 204
    message.refresh_from_db()
    assert (message.status, message.sid) == ("sending", "")
    assert events() == [("delivered", False)]


def test_a_callback_about_another_recipient_moves_nothing(message: Message) -> None:
    assert report(message, "delivered", To="+12395550999") == 204
    message.refresh_from_db()
    assert message.status == "sending"
    assert events() == [("delivered", False)]


@pytest.mark.parametrize("missing", ["MessageSid", "MessageStatus", "AccountSid"])
def test_a_signed_callback_that_lacks_what_matters_is_harmless(
    message: Message, missing: str
) -> None:
    assert report(message, "sent", **{missing: ""}) == 204
    message.refresh_from_db()
    assert message.status == "sending"
    assert events() == []


def test_only_posting_is_answered(message: Message) -> None:
    account = message.sender.account  # type: ignore[union-attr]
    assert Client().get(callback_path(message, account)).status_code == 405


def test_a_callback_costs_few_statements(
    message: Message, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        report(message, "sent")
