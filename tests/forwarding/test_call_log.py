"""The log of calls: who reads what of it, and what can be found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from consent import paging
from forwarding.models import Call
from sending.models import SenderNumber
from tests.cast import Cast
from tests.forwarding.calling import US_CALLER
from tests.forwarding.logged import LIST, call, call_to, days_ago, page, page_of, rang

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

WHOLE = {Role.OWNER, Role.ADMIN, Role.MANAGER, Role.COORDINATOR}
MASKED = "+1239•••0177"
SEARCH_BOX = 'id="searchbar"'


@pytest.fixture
def owner(cast: Cast, client: Client) -> Client:
    client.force_login(cast.members[Role.OWNER])
    return client


@pytest.fixture
def analyst(cast: Cast, client: Client) -> Client:
    client.force_login(cast.members[Role.ANALYST])
    return client


def found(client: Client, **query: str) -> set[int]:
    """The ids of the calls in the list."""
    answer = client.get(LIST, query)
    assert answer.status_code == 200
    return {row.pk for row in answer.context["cl"].result_list}


# --- who reads what ------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_the_role_decides_whether_callers_stand_whole(
    cast: Cast, client: Client, role: Role
) -> None:
    made = call(cast)
    client.force_login(cast.members[role])
    for shown in (page(client), page_of(client, made)):
        assert (US_CALLER in shown) is (role in WHOLE)
        assert (MASKED in shown) is (role not in WHOLE)
        # Settings stand whole for everybody.
        assert made.called in shown
        assert made.destination in shown


@pytest.mark.parametrize(("person", "whole"), [("staff", True), ("clerk", False)])
def test_platform_staff_see_whole_numbers_as_superusers_only(
    cast: Cast, client: Client, person: str, whole: bool
) -> None:
    made = call(cast)
    client.force_login(getattr(cast, person))
    for shown in (page(client), page_of(client, made)):
        assert (US_CALLER in shown) is whole
        assert (MASKED in shown) is not whole


@pytest.mark.parametrize("word", ["anonymous", "+266696687", ""])
def test_a_caller_who_withheld_the_number_is_called_that(
    cast: Cast, owner: Client, word: str
) -> None:
    made = rang(cast, word, "caller_withheld")
    assert ">withheld<" in page(owner)
    assert "Number withheld" in page_of(owner, made)
    assert not word or word not in page_of(owner, made)


def test_a_withheld_number_is_not_said_to_be_masked(cast: Cast, analyst: Client) -> None:
    told = "masked for your role"
    assert told not in page_of(analyst, rang(cast, "anonymous", "caller_withheld"))
    assert told in page_of(analyst, call(cast))


@pytest.mark.parametrize("way", ["add", "change", "delete"])
def test_nobody_adds_changes_or_deletes_a_call(cast: Cast, client: Client, way: str) -> None:
    made = call(cast)
    client.force_login(cast.staff)
    address = reverse(f"admin:forwarding_call_{way}", args=[] if way == "add" else [made.pk])
    answer = client.post(address, {"post": "yes", "caller": "+12125550100", "outcome": "busy"})
    # To post to a call's page is to read it.
    assert answer.status_code == (200 if way == "change" else 403)
    before = (made.caller, made.outcome)
    made.refresh_from_db()
    assert (made.caller, made.outcome) == before
    assert Call.objects.count() == 1


def test_another_workspaces_calls_are_not_there(cast: Cast, owner: Client) -> None:
    made = call(cast)
    theirs = call_to(cast.rival_sender, "+12395550188")
    assert found(owner) == {made.pk}
    assert found(owner, sender__id__exact=str(cast.rival_sender.pk)) == set()
    assert found(owner, called_number=cast.rival_sender.number) == set()
    assert found(owner, q="+12395550188") == set()
    assert cast.rival_sender.number not in page(owner)
    address = reverse("admin:forwarding_call_change", args=[theirs.pk])
    assert owner.get(address).status_code == 404


def test_staff_see_the_calls_and_numbers_of_the_workspace_they_are_in(
    cast: Cast, client: Client
) -> None:
    made = call(cast)
    call_to(cast.rival_sender, "+12395550188")
    client.force_login(cast.staff)
    assert found(client) == {made.pk}
    assert cast.rival_sender.number not in page(client)


# --- finding -------------------------------------------------------------------------------------


@pytest.mark.parametrize("spelling", ["(239) 555-0177", "+1 239 555 0177", "2395550177"])
def test_a_caller_is_found_in_any_spelling(cast: Cast, owner: Client, spelling: str) -> None:
    made = call(cast)
    call(cast, "+12395550178")
    assert found(owner, q=spelling) == {made.pk}


def test_a_number_that_cannot_be_is_found_as_the_list_shows_it(cast: Cast, owner: Client) -> None:
    made = rang(cast, "+12215550101", "caller_area_code_unassigned")
    call(cast)
    assert found(owner, q=" +12215550101 ") == {made.pk}


@pytest.mark.parametrize("half", ["239555", "anonymous", "+1239"])
def test_half_a_number_finds_nothing_and_says_how_to_search(
    cast: Cast, owner: Client, half: str
) -> None:
    call(cast)
    rang(cast, "anonymous", "caller_withheld")
    assert "Search for a whole number" in page(owner, q=half)
    assert found(owner, q=half) == set()


def test_who_sees_numbers_masked_cannot_search_for_them(cast: Cast, analyst: Client) -> None:
    call(cast)
    assert SEARCH_BOX not in page(analyst)
    assert found(analyst, q=US_CALLER) == set()


def test_who_sees_numbers_whole_has_a_search_box(cast: Cast, owner: Client) -> None:
    call(cast)
    assert SEARCH_BOX in page(owner)


@pytest.mark.parametrize("lookup", ["caller", "caller__startswith", "caller__contains"])
def test_no_address_tells_a_masked_number_bit_by_bit(
    cast: Cast, analyst: Client, lookup: str
) -> None:
    call(cast)
    assert analyst.get(LIST, {lookup: "+1239"}).status_code == 400
    # Through another model's chooser no more than through the list.
    query = {"app_label": "forwarding", "model_name": "callevent", "field_name": "call"}
    answer = analyst.get("/admin/autocomplete/", {**query, "term": US_CALLER})
    assert answer.status_code == 404


def test_masked_numbers_do_not_tell_themselves_by_their_order(cast: Cast, analyst: Client) -> None:
    older = call(cast, "+12395550100", **days_ago(2))
    newer = call(cast, "+12395550101", **days_ago(1))
    for column in range(1, 9):
        for sign in ("", "-"):
            rows = analyst.get(LIST, {"o": f"{sign}{column}"}).context["cl"].result_list
            assert [row.pk for row in rows] == [newer.pk, older.pk]


def test_filters_by_day_decision_outcome_reason_and_called_number(
    cast: Cast, owner: Client
) -> None:
    answered = call(cast)
    busy = call(cast, outcome="busy", **days_ago(3))
    canadian = rang(cast, "+14165550101", "caller_canadian", **days_ago(40))
    second = SenderNumber.objects.create(
        workspace=cast.acme,
        account=cast.sender.account,
        number="+18665550143",
        kind=SenderNumber.Kind.TOLL_FREE,
    )
    other = call_to(
        second,
        "+12125550101",
        decision="ring",
        reason="no_rule",
        destination="",
        outcome="not_forwarded",
        **days_ago(3),
    )

    assert found(owner) == {answered.pk, busy.pk, canadian.pk, other.pk}
    assert found(owner, day="today") == {answered.pk}
    assert found(owner, day="week") == {answered.pk, busy.pk, other.pk}
    assert found(owner, day=f"{canadian.received_at:%Y-%m-%d}") == {canadian.pk}
    assert found(owner, decision__exact="ring") == {canadian.pk, other.pk}
    assert found(owner, outcome__exact="busy") == {busy.pk}
    assert found(owner, why="caller_canadian") == {canadian.pk}
    assert found(owner, called_number=second.number) == {other.pk}
    assert f"called_number={second.number.replace('+', '%2B')}" in page(owner)


def test_a_number_that_was_released_and_came_back_is_one_choice(cast: Cast, owner: Client) -> None:
    SenderNumber.objects.filter(pk=cast.sender.pk).update(verification="released")
    before = call(cast)
    again = SenderNumber.objects.create(
        workspace=cast.acme,
        account=cast.sender.account,
        number=cast.sender.number,
        kind=SenderNumber.Kind.TOLL_FREE,
    )
    after = call_to(again)
    chosen = cast.sender.number
    assert found(owner, called_number=chosen) == {before.pk, after.pk}
    assert page(owner).count(f"?called_number={chosen.replace('+', '%2B')}") == 1


# --- the list ------------------------------------------------------------------------------------


def test_the_list_says_in_words_what_was_decided_and_became_of_it(
    cast: Cast, owner: Client
) -> None:
    call(cast, seconds=65)
    rang(cast, "+14165550101", "caller_canadian", **days_ago(1))
    shown = page(owner)
    for words in ("Forwarded", "Answered", "1:05", "The caller has a US area code."):
        assert words in shown
    for words in ("Not forwarded", "The caller has a Canadian area code."):
        assert words in shown


def test_counting_stops_and_the_list_says_so(
    cast: Cast, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST_COUNTED", 3)
    for _each in range(3):
        call(cast)
    assert "The newest 10,000 are listed" not in page(owner)
    call(cast)
    answer = owner.get(LIST)
    assert "The newest 10,000 are listed" in answer.content.decode()
    assert answer.context["cl"].result_count == 3


@pytest.mark.parametrize("person", ["owner", "analyst", "clerk"])
def test_the_list_costs_the_same_however_many_calls_there_are(
    cast: Cast, client: Client, person: str
) -> None:
    client.force_login(cast.clerk if person == "clerk" else cast.members[Role(person)])
    call(cast)
    page(client)
    with CaptureQueriesContext(connection) as few:
        page(client)
    for _each in range(30):
        call(cast)
        rang(cast, "+14165550101", "caller_canadian")
    with CaptureQueriesContext(connection) as many:
        page(client)
    assert len(many) == len(few) <= 14


def test_an_empty_log_says_what_it_will_show_and_where_calls_are_set_up(
    cast: Cast, analyst: Client
) -> None:
    empty = "No call has come in yet"
    shown = page(analyst)
    assert empty in shown
    assert reverse("sms_settings:preferences") + "#call-forwarding" in shown
    call(cast)
    assert empty not in page(analyst)
    # Nothing found is not nothing there.
    assert empty not in page(analyst, outcome__exact="busy")


@pytest.mark.parametrize("role", Role)
def test_everyone_finds_the_list_in_the_sidebar(cast: Cast, client: Client, role: Role) -> None:
    client.force_login(cast.members[role])
    assert f'href="{LIST}"' in client.get("/admin/").content.decode()
