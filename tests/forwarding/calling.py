"""Calls and reports on them as the carrier posts them, signed like Twilio's."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from twilio.request_validator import RequestValidator

from forwarding.models import ForwardingRule
from sending.models import CarrierAccount, SenderNumber
from tests.cast import Cast

TOKEN = "12345"
DESTINATION = "+14155550123"
US_CALLER = "+12395550177"
SID = "CA" + "1" * 32
LEG = "CA" + "2" * 32
FORWARDS = "<Dial"


_own = threading.local()


def _client() -> Any:
    """One for each thread, until `forget_client`: each loads the whole stack of middleware."""
    if not hasattr(_own, "client"):
        _own.client = Client(enforce_csrf_checks=True)
    return _own.client


def forget_client() -> None:
    """Let the middleware be loaded anew, for a setting that it reads when it is."""
    _own.__dict__.clear()


@dataclass(frozen=True)
class Answer:
    """What the webhook answered: the status, and the markup."""

    status: int
    markup: str

    @property
    def forwarded(self) -> bool:
        return FORWARDS in self.markup


def rule(cast: Cast, destination: str = DESTINATION) -> ForwardingRule:
    owner = cast.acme.memberships.get(role="owner").user
    return ForwardingRule.objects.create(
        sender=cast.sender, destination=destination, set_up_by=owner, changed_by=owner
    )


def call_path(account: CarrierAccount) -> str:
    return f"/carrier/call/{account.pk}/"


def call_form(sender: SenderNumber, caller: str = US_CALLER, **changed: str) -> dict[str, str]:
    """The fields of an announced call as Twilio names them."""
    return {
        "AccountSid": sender.account.account_sid,
        "ApiVersion": "2010-04-01",
        "CallSid": SID,
        "CallStatus": "ringing",
        "Called": sender.number,
        "Caller": caller,
        "CallerCity": "NAPLES",
        "Direction": "inbound",
        "From": caller,
        "FromCity": "NAPLES",
        "FromCountry": "US",
        "FromState": "FL",
        "FromZip": "",
        "To": sender.number,
        "ToCountry": "US",
        **changed,
    }


def report_form(sender: SenderNumber, status: str, **changed: str) -> dict[str, str]:
    """The fields of a report on the dialled leg."""
    return {
        "AccountSid": sender.account.account_sid,
        "ApiVersion": "2010-04-01",
        "CallSid": LEG,
        "CallStatus": status,
        "CallbackSource": "call-progress-events",
        "Direction": "outbound-dial",
        "From": US_CALLER,
        "ParentCallSid": SID,
        "SequenceNumber": "0",
        "To": DESTINATION,
        **changed,
    }


def post(
    path: str,
    fields: dict[str, str],
    *,
    token: str = TOKEN,
    signed_for: str | None = None,
    signed: dict[str, str] | None = None,
    **headers: str,
) -> Answer:
    """Post ``fields``, signed (perhaps for something else); ``_`` in a header's name is ``-``."""
    address = settings.PUBLIC_URL + (signed_for or path)
    signature = RequestValidator(token).compute_signature(address, signed or fields)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return posted(path, fields, {"X-Twilio-Signature": signature, **given})


def posted(path: str, fields: dict[str, str], headers: dict[str, str]) -> Answer:
    answer: HttpResponse = _client().post(
        path,
        urlencode(fields),
        content_type="application/x-www-form-urlencoded",
        headers=headers,
    )
    return Answer(answer.status_code, answer.content.decode())


def place(cast: Cast, caller: str = US_CALLER, **changed: str) -> Answer:
    """A proper call to acme's toll-free number."""
    return post(call_path(cast.sender.account), call_form(cast.sender, caller, **changed))


def report(cast: Cast, status: str, **changed: str) -> int:
    """A proper report on the dialled leg of that call."""
    path = f"{call_path(cast.sender.account)}status/"
    return post(path, report_form(cast.sender, status, **changed)).status
