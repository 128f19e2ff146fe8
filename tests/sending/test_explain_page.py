"""The explain page: a verdict with its reason, when to come back, and nothing written."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from accounts.roles import Role
from sending.models import Decision, FrequencyWindow, Message, SenderPreferences
from tests.cast import Cast, contact, opted_in

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

PAGE = "/admin/explain/"
MARYLAND = "+13015550101"


@pytest.fixture
def analyst(cast: Cast, client: Client) -> Client:
    client.force_login(cast.members[Role.ANALYST])
    return client


def _ask(client: Client, cast: Cast, number: str = MARYLAND, at: str = "") -> Any:
    answer = client.post(PAGE, {"number": number, "purpose": cast.offers.pk, "at": at})
    assert answer.status_code == 200
    return answer


def _sent(person: Any, *times: datetime) -> None:
    padded = [*times, None, None, None]
    FrequencyWindow.objects.create(
        contact=person, sent_1=padded[0], sent_2=padded[1], sent_3=padded[2]
    )


@pytest.mark.parametrize("role", Role)
def test_every_role_may_ask(cast: Cast, client: Client, role: Role) -> None:
    opted_in(cast.offers, MARYLAND)
    client.force_login(cast.members[role])
    assert client.get(PAGE).status_code == 200
    assert "Yes, it may go" in _ask(client, cast).content.decode()


def test_nobody_without_a_log_in_may_ask(cast: Cast, client: Client) -> None:
    given = {"number": MARYLAND, "purpose": cast.offers.pk}
    for answer in (client.get(PAGE), client.post(PAGE, given)):
        assert answer.status_code == 302


@pytest.mark.parametrize("spelling", ["(301) 555-0101", "1 301 555 0101", "301.555.0101"])
def test_the_number_may_be_spelled_in_any_way(cast: Cast, analyst: Client, spelling: str) -> None:
    opted_in(cast.offers, MARYLAND)
    assert _ask(analyst, cast, spelling).context["found"].number == MARYLAND


def test_the_fourth_in_a_day_waits_for_the_first_to_pass(cast: Cast, analyst: Client) -> None:
    person = opted_in(cast.offers, MARYLAND, timezone.now() - timedelta(days=9))
    now = timezone.now().replace(microsecond=0)
    first = now - timedelta(hours=10)
    SenderPreferences.objects.filter(workspace=cast.acme).update(smart_sending=False)
    _sent(person, now - timedelta(hours=4), now - timedelta(hours=8), first)

    page = _ask(analyst, cast).content.decode()
    assert "Not yet" in page
    assert "State law: three promotional messages in the last 24 hours." in page
    assert f"{first + timedelta(hours=24):%Y-%m-%d %H:%M}" in page
    assert "Md. Com. Law § 14-4502(c)(2)" in page
    assert 'aria-label="3 promotional messages in the last 24 hours"' in page

    later = f"{first + timedelta(hours=24, minutes=1):%Y-%m-%dT%H:%M}"
    assert "Yes, it may go" in _ask(analyst, cast, at=later).content.decode()


def test_both_limits_are_told_when_both_are_hit(cast: Cast, analyst: Client) -> None:
    person = opted_in(cast.offers, MARYLAND, timezone.now() - timedelta(days=9))
    now = timezone.now()
    _sent(person, *(now - timedelta(hours=hours) for hours in (1, 2, 3)))
    page = _ask(analyst, cast).content.decode()
    assert "Smart Sending: the last promotional message is too recent." in page
    assert "State law: three promotional messages in the last 24 hours." in page


def test_a_number_without_consent_is_a_plain_no(cast: Cast, analyst: Client) -> None:
    contact(cast.acme, MARYLAND)
    page = _ask(analyst, cast).content.decode()
    assert "No consent to this purpose." in page
    assert "Waiting does not change that." in page


def test_consent_given_to_another_workspace_does_not_help_or_show(
    cast: Cast, analyst: Client
) -> None:
    theirs = opted_in(cast.rival_offers, MARYLAND)
    page = _ask(analyst, cast).content.decode()
    assert "This number is no contact of the workspace" in page
    prefilled = analyst.get(PAGE, {"contact": theirs.pk}).content.decode()
    assert MARYLAND not in prefilled
    refused = analyst.post(PAGE, {"number": MARYLAND, "purpose": cast.rival_offers.pk})
    assert refused.status_code == 422


@pytest.mark.parametrize("number", ["", "nonsense", "+1 999 555 0101", "12345"])
def test_what_is_no_number_is_an_error_of_the_form(
    cast: Cast, analyst: Client, number: str
) -> None:
    answer = analyst.post(PAGE, {"number": number, "purpose": cast.offers.pk})
    assert answer.status_code == 422


def test_asking_writes_nothing(cast: Cast, analyst: Client) -> None:
    opted_in(cast.offers, MARYLAND)
    _ask(analyst, cast)
    _ask(analyst, cast, "+12125550199")
    for model in (Decision, Message, FrequencyWindow):
        assert not model._default_manager.exists()


def test_a_contact_fills_in_its_number(cast: Cast, analyst: Client) -> None:
    person = contact(cast.acme, MARYLAND)
    assert MARYLAND in analyst.get(PAGE, {"contact": person.pk}).content.decode()
