"""The page of one call: what came in, what was decided, what the carrier reported, in words."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from accounts.roles import Role
from forwarding.call_log import callers
from forwarding.models import Call, CallEvent
from tests.cast import Cast
from tests.forwarding.calling import US_CALLER
from tests.forwarding.logged import LIST, call, days_ago, page_of, rang

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(cast: Cast, client: Client) -> Client:
    client.force_login(cast.members[Role.OWNER])
    return client


def _event(made: Call, status: str, *, dialled: bool = True, **fields: Any) -> None:
    leg = "CA" + "f" * 32 if dialled else made.sid
    CallEvent.objects.create(call=made, leg=leg, status=status, **fields)


def test_a_forwarded_call_tells_its_course_in_words(cast: Cast, owner: Client) -> None:
    made = call(cast, seconds=83)
    _event(made, "initiated", applied=False)
    _event(made, "ringing", applied=False)
    _event(made, "in-progress", applied=True)
    _event(made, "completed", applied=True, seconds=83)
    told = [event.title for event in _events(owner, made)]
    assert told == [
        "The call came in",
        f"Decided: forwarded to {made.destination}",
        "The forwarding number was dialled",
        "The forwarding number rang",
        "Somebody picked up",
        "The conversation ended",
    ]
    shown = page_of(owner, made)
    for words in (*told, "Ringing, then whoever answered.", "After 1:23 minutes."):
        assert words in shown
    assert "Florida, United States (area code 239)" in shown
    assert "Came too late" not in shown


def test_what_moved_nothing_is_muted_and_what_came_too_late_says_so(
    cast: Cast, owner: Client
) -> None:
    made = call(cast, outcome="busy")
    _event(made, "busy", applied=True)
    Call.objects.filter(pk=made.pk).update(ended_at=made.received_at + timedelta(seconds=9))
    _event(made, "ringing", applied=False)
    _event(made, "completed", applied=False)
    _event(made, "completed", dialled=False, applied=False)
    _event(made, "somersault", applied=False)
    told = {(event.title, event.muted, event.detail) for event in _events(owner, made)[2:]}
    late = "Came too late to change anything."
    assert told == {
        ("The forwarding number was busy", False, ""),
        ("The forwarding number rang", True, ""),
        ("The conversation ended", True, late),
        ("The call ended", True, ""),
        ("Carrier: somersault", True, ""),
    }
    assert page_of(owner, made).count('class="tg-muted"') == 4


def _events(client: Client, made: Call) -> list[Any]:
    address = reverse("admin:forwarding_call_change", args=[made.pk])
    return list(client.get(address).context["events"])


def test_a_call_that_rang_says_why_and_what_the_caller_heard(cast: Cast, owner: Client) -> None:
    made = rang(cast, "+14165550101", "caller_canadian", seconds=21)
    shown = page_of(owner, made)
    assert "The caller has a Canadian area code." in shown
    assert "Ringing, and nobody answered." in shown
    assert "Canada (area code 416)" in shown
    assert "0:21 minutes" in shown


def test_the_carriers_country_shows_only_where_it_differs(cast: Cast, owner: Client) -> None:
    told = "Country by the carrier"
    assert told not in page_of(owner, call(cast, carrier_country="US"))
    assert told not in page_of(owner, call(cast))
    assert told in page_of(owner, call(cast, carrier_country="MX"))


def test_a_call_that_was_logged_afterwards_says_so(cast: Cast, owner: Client) -> None:
    at = days_ago(1)["received_at"]
    told = "the database could not be reached when the call came in"
    late = rang(
        cast, US_CALLER, "database_away", received_at=at, logged_at=at + timedelta(minutes=9)
    )
    assert told in page_of(owner, late)
    assert "Logged afterwards" in [event.title for event in _events(owner, late)]
    in_time = call(cast, received_at=at, logged_at=at + timedelta(seconds=1))
    assert told not in page_of(owner, in_time)


@pytest.mark.parametrize("object_id", ["0", "x", "9" * 30, "-1"])
def test_an_address_that_names_no_call_finds_none(owner: Client, object_id: str) -> None:
    assert owner.get(f"{LIST}{object_id}/change/").status_code == 404


# --- where a caller is from ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("caller", "country", "place"),
    [
        ("+12395550177", "US", "Florida, United States (area code 239)"),
        ("+17875550101", "US", "PR, United States (area code 787)"),
        ("+14165550101", "CA", "Canada (area code 416)"),
        ("+18765550101", "JM", "JM (area code 876)"),
        ("+18005550101", "", "toll-free (area code 800)"),
        ("+12215550101", "", ""),
        ("+442079460123", "GB", "United Kingdom"),
        ("+999123456789", "", ""),
        ("anonymous", "", ""),
        ("+266696687", "", ""),
        ("sip:alice@example.com", "", ""),
    ],
)
def test_where_a_caller_is_from_is_told_by_the_number(
    caller: str, country: str, place: str
) -> None:
    assert callers.country_of(caller) == country
    assert callers.place_of(caller) == place
