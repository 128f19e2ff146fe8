"""Messages in a given state, and status callbacks as the carrier signs them."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.test import Client
from django.utils import timezone
from twilio.request_validator import RequestValidator

from consent.locks import lock_contacts
from consent.models import Contact
from sending.dispatch import windows
from sending.models import CarrierAccount, Message, SenderNumber

LEASE = timedelta(minutes=1)
TEXT = "Acme: hello. Reply STOP to opt out."
SID = "SM" + "1" * 32


def message_in(
    status: str,
    *,
    contact: Contact,
    sender: SenderNumber,
    body: str = TEXT,
    claimed_at: datetime | None = None,
    sid: str = "",
) -> Message:
    """A promotional message as the dispatcher leaves it in ``status``, its slot taken."""
    claimed_at = claimed_at or timezone.now()
    posted = status not in {"queued", "skipped", "cancelled"}
    message = Message.objects.create(
        workspace=contact.workspace,
        contact=contact,
        sender=sender,
        kind=Message.Kind.FLOW,
        status=status,
        body=body,
        sid=sid,
        claim=uuid.uuid4() if posted else None,
        lease_until=claimed_at + LEASE if posted else None,
        slot_at=claimed_at + LEASE if posted and status != "failed" else None,
        accepted_at=claimed_at if sid else None,
        updated_at=claimed_at,
    )
    lock_contacts([contact.pk])
    windows.recompute([contact.pk])
    return message


def callback_path(message: Message, account: CarrierAccount) -> str:
    return f"/carrier/status/{account.pk}/{message.pk}/"


def form(message: Message, account: CarrierAccount, status: str, **changed: str) -> dict[str, str]:
    """The fields of a callback as Twilio names them."""
    assert message.sender is not None
    return {
        "AccountSid": account.account_sid,
        "ApiVersion": "2010-04-01",
        "From": message.sender.number,
        "MessageSid": SID,
        "MessageStatus": status,
        "SmsSid": SID,
        "SmsStatus": status,
        "To": message.contact.number,
        **changed,
    }


def post_signed(
    path: str,
    fields: dict[str, str],
    *,
    token: str = "12345",
    signed_for: str | None = None,
    signed: dict[str, str] | None = None,
    **headers: str,
) -> int:
    """Post ``fields``, signed (perhaps for something else), and answer the HTTP status."""
    address = settings.PUBLIC_URL + (signed_for or path)
    signature = RequestValidator(token).compute_signature(address, signed or fields)
    return (
        Client(enforce_csrf_checks=True)
        .post(path, fields, headers={"X-Twilio-Signature": signature, **headers})
        .status_code
    )


def report(message: Message, status: str, **changed: str) -> int:
    """A proper callback on ``message``."""
    assert message.sender is not None
    account = message.sender.account
    return post_signed(callback_path(message, account), form(message, account, status, **changed))
