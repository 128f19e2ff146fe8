"""The log of calls as a file: for whom, what is in it, and that no cell computes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from accounts.roles import Role
from consent import paging
from tests.cast import Cast
from tests.forwarding.calling import US_CALLER
from tests.forwarding.logged import call, call_to, days_ago, export, page, rang, text_of_export

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

WHOLE = {Role.OWNER, Role.ADMIN, Role.MANAGER, Role.COORDINATOR}


@pytest.fixture
def owner(cast: Cast, client: Client) -> Client:
    client.force_login(cast.members[Role.OWNER])
    return client


@pytest.mark.parametrize("role", Role)
def test_the_role_decides_who_takes_a_file(cast: Cast, client: Client, role: Role) -> None:
    call(cast)
    client.force_login(cast.members[role])
    address = reverse("admin:forwarding_call_export")
    may = role in WHOLE
    assert client.get(address).status_code == (200 if may else 403)
    shown = page(client)
    assert (address in shown) is may
    told = "the role Owner, Admin, Manager or Campaign coordinator"
    assert (told in shown) is not may


def test_the_platforms_clerk_takes_no_file(cast: Cast, client: Client) -> None:
    call(cast)
    client.force_login(cast.clerk)
    address = reverse("admin:forwarding_call_export")
    assert client.get(address).status_code == 403
    assert address not in page(client)


def test_a_row_says_what_the_list_and_the_page_say(cast: Cast, owner: Client) -> None:
    at = datetime(2026, 11, 22, 16, 0, 5, tzinfo=UTC)
    ended = datetime(2026, 11, 22, 16, 1, 40, tzinfo=UTC)
    made = call(
        cast, received_at=at, logged_at=at, ended_at=ended, seconds=83, carrier_country="US"
    )
    assert export(owner) == [
        {
            "received (UTC)": "2026-11-22 16:00:05",
            "caller": US_CALLER,
            "from": "Florida, United States (area code 239)",
            "country by the carrier": "US",
            "called number": cast.sender.number,
            "decision": "Forwarded",
            "reason": "The caller has a US area code.",
            "forwarded to": made.destination,
            "outcome": "Answered",
            "seconds": "83",
            "ended (UTC)": "2026-11-22 16:01:40",
            "carrier id": made.sid,
        }
    ]


def test_what_is_not_known_is_empty_and_a_withheld_number_is_called_that(
    cast: Cast, owner: Client
) -> None:
    rang(cast, "anonymous", "caller_withheld")
    row = export(owner)[0]
    assert row["caller"] == "withheld"
    assert [row[name] for name in ("from", "forwarded to", "seconds", "ended (UTC)")] == [""] * 4


def test_the_file_begins_with_a_mark_that_spreadsheets_need(owner: Client) -> None:
    assert text_of_export(owner).startswith("\ufeffreceived (UTC),caller,")


def test_cells_that_look_like_formulas_stay_inert_and_numbers_keep_their_plus(
    cast: Cast, owner: Client
) -> None:
    formula = '=HYPERLINK("http://evil.example")'
    rang(cast, formula, "+later", called="@called", carrier_country="-1", sid="+cmd|calc")
    row = export(owner)[0]
    assert row["caller"] == f"'{formula}"
    assert row["called number"] == "'@called"
    assert row["country by the carrier"] == "'-1"
    assert row["carrier id"] == "'+cmd|calc"
    # A reason that another release wrote, and this one has no sentence for.
    assert row["reason"] == "'+later"
    call(cast)
    assert export(owner)[0]["caller"] == US_CALLER


def test_the_file_follows_filters_and_search(cast: Cast, owner: Client) -> None:
    call(cast)
    call(cast, "+12125550101", outcome="busy")
    rang(cast, "+14165550101", "caller_canadian", **days_ago(40))

    def callers(**query: str) -> list[str]:
        return [row["caller"] for row in export(owner, **query)]

    assert callers() == ["+12125550101", US_CALLER, "+14165550101"]
    assert callers(outcome__exact="busy") == ["+12125550101"]
    assert callers(day="month", decision__exact="ring") == []
    assert callers(q="(239) 555-0177") == [US_CALLER]
    link = reverse("admin:forwarding_call_export") + "?outcome__exact=busy"
    assert link in page(owner, outcome__exact="busy")


def test_the_file_holds_nothing_of_another_workspace(cast: Cast, owner: Client) -> None:
    call(cast)
    call_to(cast.rival_sender, "+12395550188")
    assert [row["caller"] for row in export(owner)] == [US_CALLER]
    assert export(owner, sender__id__exact=str(cast.rival_sender.pk)) == []


def test_a_long_list_is_capped_and_its_file_is_not(
    cast: Cast, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST_COUNTED", 3)
    for _each in range(5):
        call(cast)
    assert len(export(owner)) == 5
