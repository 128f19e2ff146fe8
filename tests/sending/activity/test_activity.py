"""Message activity: found by any spelling, explained in words, never across workspaces."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import JournalEntry
from accounts.roles import Role
from consent import paging
from sending.models import CarrierEvent, Message
from tests.cast import Cast

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from tests.sending.activity.conftest import Maker

pytestmark = pytest.mark.django_db

LIST = "/admin/sending/message/"
WRITERS = {Role.OWNER, Role.ADMIN, Role.MANAGER, Role.COORDINATOR}


@pytest.fixture
def owner(cast: Cast, client: Client) -> Client:
    client.force_login(cast.members[Role.OWNER])
    return client


def _page(client: Client, **query: str) -> str:
    answer = client.get(LIST, query)
    assert answer.status_code == 200
    return answer.content.decode()


def _export(client: Client, **query: str) -> list[dict[str, str]]:
    answer = client.get(reverse("admin:sending_message_export"), query)
    assert answer.status_code == 200
    assert answer.streaming
    text = b"".join(answer).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    ("page", "allowed"),
    [
        ("list", set(Role)),
        ("change", set(Role)),
        ("contact", set(Role)),
        ("export", WRITERS),
        ("settle", WRITERS),
    ],
)
def test_the_role_decides_who_reads_exports_and_settles(
    cast: Cast, client: Client, make: Maker, role: Role, page: str, allowed: set[Role]
) -> None:
    message = make.message("+12395550101", status="unknown")
    client.force_login(cast.members[role])
    address = {
        "list": LIST,
        "change": reverse("admin:sending_message_change", args=[message.pk]),
        "contact": reverse("admin:sending_message_contact", args=[message.contact_id]),
        "export": reverse("admin:sending_message_export"),
        "settle": reverse("admin:sending_message_settle", args=[message.pk]),
    }[page]
    assert client.get(address).status_code == (200 if role in allowed else 403)
    if page == "settle":
        given = {"went": "0", "reason": "Not in their console"}
        answer = client.post(address, given)
        message.refresh_from_db()
        done = role in allowed
        assert (answer.status_code, message.status) == (
            (302, "failed") if done else (403, "unknown")
        )
        assert JournalEntry.objects.exists() is done


@pytest.mark.parametrize("page", ["add", "delete"])
def test_nobody_adds_or_deletes_a_message(
    cast: Cast, client: Client, make: Maker, page: str
) -> None:
    message = make.message("+12395550101")
    client.force_login(cast.staff)
    args = [] if page == "add" else [message.pk]
    address = reverse(f"admin:sending_message_{page}", args=args)
    assert client.post(address, {"post": "yes"}).status_code == 403
    assert Message.objects.filter(pk=message.pk).exists()


@pytest.mark.parametrize("page", ["change", "settle"])
def test_another_workspaces_message_is_not_found(
    cast: Cast, owner: Client, make: Maker, page: str
) -> None:
    theirs = make.message("+12395550199", make.rivals, status="unknown")
    address = reverse(f"admin:sending_message_{page}", args=[theirs.pk])
    assert owner.get(address).status_code == 404
    assert owner.post(address, {"went": "0", "reason": "x"}).status_code in (404, 405)
    theirs.refresh_from_db()
    assert theirs.status == "unknown"


def test_lists_and_exports_hold_nothing_of_another_workspace(owner: Client, make: Maker) -> None:
    make.message("+12395550101")
    theirs = make.message("+12395550199", make.rivals)
    page = _page(owner)
    assert "+12395550101" in page
    assert "+12395550199" not in page
    assert "Rival sale" not in page
    assert [row["number"] for row in _export(owner)] == ["+12395550101"]
    assert _export(owner, campaign__id__exact=str(theirs.campaign_id)) == []
    address = reverse("admin:sending_message_contact", args=[theirs.contact_id])
    assert owner.get(address).status_code == 404


def test_staff_see_the_workspace_they_are_in(cast: Cast, client: Client, make: Maker) -> None:
    make.message("+12395550101")
    make.message("+12395550199", make.rivals)
    client.force_login(cast.staff)
    page = _page(client)
    assert "+12395550101" in page
    assert "+12395550199" not in page


@pytest.mark.parametrize("spelling", ["(239) 555-0101", "+1 239 555 0101", "2395550101"])
def test_a_number_is_found_in_any_spelling(owner: Client, make: Maker, spelling: str) -> None:
    make.message("+12395550101")
    make.message("+12395550102")
    page = _page(owner, q=spelling)
    assert "+12395550101" in page
    assert "+12395550102" not in page


def test_half_a_number_finds_nothing_and_says_how_to_search(owner: Client, make: Maker) -> None:
    make.message("+12395550101")
    page = _page(owner, q="239555")
    assert "Search for a whole number" in page
    assert "+12395550101" not in page


def test_filters_by_status_reason_state_day_and_campaign(owner: Client, make: Maker) -> None:
    make.message("+12395550101", status="skipped", reason="state_law")
    make.message("+13015550101", status="failed", reason="carrier_refused", error_code="21610")
    old = make.message("+12125550101", status="delivered")
    Message.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=40))
    other = make.campaign(make.cast.acme, "Other", "Hello")
    make.message("+14045550101", other)

    def found(**query: str) -> set[str]:
        return {row["number"] for row in _export(owner, **query)}

    assert found(status__exact="delivered") == {"+12125550101"}
    assert found(why="state_law") == {"+12395550101"}
    assert found(why="carrier") == {"+13015550101"}
    assert found(error="21610") == {"+13015550101"}
    assert found(state="MD") == {"+13015550101"}
    assert "+12125550101" not in found(day="month")
    assert found(day=f"{timezone.now() - timedelta(days=40):%Y-%m-%d}") == {"+12125550101"}
    assert found(campaign__id__exact=str(other.pk)) == {"+14045550101"}


def test_reasons_are_sentences_and_the_second_limit_stands_beside(
    owner: Client, make: Maker
) -> None:
    make.message(
        "+13015550101",
        status="skipped",
        reason="smart_sending",
        limits_hit="smart_sending,state_law",
    )
    make.message("+13015550102", status="failed", reason="carrier_refused", error_code="21610")
    page = _page(owner)
    assert "the last promotional message is too recent" in page
    assert "three promotional messages in the last 24 hours" in page
    assert "The recipient opted out at the carrier." in page


def test_cells_that_look_like_formulas_stay_inert_and_numbers_keep_their_plus(
    owner: Client, make: Maker
) -> None:
    make.message("+12395550101", body='=HYPERLINK("http://evil.example")')
    make.campaign(make.cast.acme, "+cmd|calc", "Hi")
    row = _export(owner)[0]
    assert row["text"] == '\'=HYPERLINK("http://evil.example")'
    assert row["number"] == "+12395550101"


def test_a_message_tells_its_life_in_words(owner: Client, make: Maker) -> None:
    message = make.message("+13015550101", status="skipped", reason="smart_sending")
    make.decision(message, "smart_sending", "smart_sending,state_law")
    CarrierEvent.objects.create(
        message_id=message.pk,
        account=make.cast.sender.account,
        sid="SM1",
        status="undelivered",
        error_code="30003",
        applied=False,
    )
    # An event that another workspace's account reported for this id is not shown.
    CarrierEvent.objects.create(
        message_id=message.pk,
        account=make.cast.rival_sender.account,
        sid="SM2",
        status="read",
        applied=True,
    )
    page = owner.get(reverse("admin:sending_message_change", args=[message.pk])).content.decode()
    for words in (
        "By the campaign “Spring sale”",
        "Decided: skipped",
        "Also: State law",
        "2026-11-22 16:00:00, 2026-11-22 12:00:00, 2026-11-22 10:00:00 UTC",
        "US, Maryland",
        "opted in to this purpose",
        "1 hours",
        "Carrier: undelivered",
        "The phone cannot be reached",
        "Came too late to change anything.",
    ):
        assert words in page
    assert "Carrier: read" not in page


def test_the_contact_page_lists_every_decision_with_why(owner: Client, make: Maker) -> None:
    message = make.message("+13015550101", status="skipped", reason="state_law")
    for _ in range(51):
        make.decision(message, "state_law", "state_law")
    address = reverse("admin:sending_message_contact", args=[message.contact_id])
    page = owner.get(address).content.decode()
    assert page.count("Decided: skipped") == 50
    older = page.split("?before=")[1].split('"')[0]
    assert owner.get(address, {"before": older}).content.decode().count("Decided: skipped") == 1


def test_the_list_costs_the_same_however_many_messages_there_are(
    owner: Client, make: Maker, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(40):
        make.message(f"+1239555{number:04d}", status="skipped", reason="state_law")
    _page(owner)
    with django_assert_max_num_queries(14):
        _page(owner)


def test_counting_stops_and_the_list_says_so(
    owner: Client, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST_COUNTED", 3)
    for number in range(5):
        make.message(f"+1239555{number:04d}")
    assert "The newest 10,000 are listed." in _page(owner)
    assert len(_export(owner)) == 5


def test_a_settled_message_is_not_settled_twice(owner: Client, make: Maker) -> None:
    message = make.message("+12395550101", status="delivered")
    address = reverse("admin:sending_message_settle", args=[message.pk])
    page = owner.post(address, {"went": "0", "reason": "x"}).content.decode()
    assert "already known" in page
    message.refresh_from_db()
    assert message.status == "delivered"


def test_the_page_of_a_contact_leads_to_the_decisions_on_it(owner: Client, make: Maker) -> None:
    message = make.message("+12395550101")
    page = owner.get(reverse("admin:consent_contact_change", args=[message.contact_id]))
    assert (
        reverse("admin:sending_message_contact", args=[message.contact_id]) in page.content.decode()
    )
