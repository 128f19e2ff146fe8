"""Calls as the webhook leaves them in the log, and the pages that show them."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone

from forwarding.models import Call
from tests.cast import Cast
from tests.forwarding.calling import DESTINATION, US_CALLER

if TYPE_CHECKING:
    from django.test import Client

    from sending.models import SenderNumber

LIST = "/admin/forwarding/call/"
_sids = count(1)


def call(cast: Cast, caller: str = US_CALLER, **fields: Any) -> Call:
    """A call to acme, forwarded and answered unless ``fields`` say otherwise."""
    return call_to(cast.sender, caller, **fields)


def rang(cast: Cast, caller: str, reason: str, **fields: Any) -> Call:
    """A call to acme that was not forwarded."""
    decided = {"decision": "ring", "reason": reason, "destination": ""}
    return call(cast, caller, **{**decided, "outcome": "not_forwarded", **fields})


def call_to(sender: SenderNumber, caller: str = US_CALLER, **fields: Any) -> Call:
    given: dict[str, Any] = {
        "workspace": sender.workspace,
        "account": sender.account,
        "sender": sender,
        "sid": f"CA{next(_sids):032x}",
        "caller": caller,
        "called": sender.number,
        "decision": "forward",
        "reason": "caller_us",
        "destination": DESTINATION,
        "outcome": "answered",
        **fields,
    }
    made = Call.objects.create(**given)
    made.refresh_from_db()
    return made


def days_ago(days: float) -> dict[str, Any]:
    """The fields of a call that came in then and was logged at once."""
    at = timezone.now() - timedelta(days=days)
    return {"received_at": at, "logged_at": at}


def page(client: Client, **query: str) -> str:
    """The list, under these filters."""
    answer = client.get(LIST, query)
    assert answer.status_code == 200
    return answer.content.decode()


def page_of(client: Client, made: Call) -> str:
    answer = client.get(reverse("admin:forwarding_call_change", args=[made.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def text_of_export(client: Client, **query: str) -> str:
    answer = client.get(reverse("admin:forwarding_call_export"), query)
    assert answer.status_code == 200
    assert answer.streaming
    return b"".join(answer).decode()


def export(client: Client, **query: str) -> list[dict[str, str]]:
    text = text_of_export(client, **query).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))
