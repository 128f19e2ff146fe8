"""Settings > SMS as its readers meet it: confirmations, reasons, a secret that stays hidden."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import JournalEntry
from accounts.roles import Role
from consent.models import Contact
from sending import preferences
from sending.models import (
    Campaign,
    CarrierAccount,
    FrequencyLaw,
    FrequencyWindow,
    LawChoice,
    SenderNumber,
)
from tests.cast import Cast, contact, opted_in

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(cast: Cast, client: Client) -> Client:
    client.force_login(cast.members[Role.OWNER])
    return client


def _address(name: str, *args: object) -> str:
    return reverse(f"sms_settings:{name}", args=args)


def test_the_law_tab_quotes_each_law_with_citation_and_recommends_oregon(owner: Client) -> None:
    page = owner.get(_address("state_law")).content.decode()
    for state, citation in (
        ("Florida", "Fla. Stat. § 501.616(6)(b)"),
        ("Oklahoma", "15 O.S. § 775C.4(A)"),
        ("Maryland", "Md. Com. Law § 14-4502(c)(2)"),
        ("Oregon", "ORS 646.563(1)(b)"),
    ):
        assert state in page
        assert citation in page
    assert "this law of Oregon is in force since 1 January 2026" in page


def test_switching_laws_off_first_says_whom_it_concerns(cast: Cast, owner: Client) -> None:
    opted_in(cast.offers, "+12395550101")
    contact(cast.acme, "+13015550101")
    opted_in(cast.offers, "+12125550101")
    page = owner.get(_address("state_law_switch", "off")).content.decode()
    assert "2 contacts have an area code there." in page
    assert "1 of them opted in." in page
    assert preferences.ensure(cast.acme).state_law_limits is True


def test_without_a_reason_the_laws_stay_on(cast: Cast, owner: Client) -> None:
    answer = owner.post(_address("state_law_switch", "off"), {"reason": "   "})
    assert answer.status_code == 422
    assert preferences.ensure(cast.acme).state_law_limits is True
    assert not JournalEntry.objects.exists()


def test_with_a_reason_they_go_off_and_the_history_tab_tells_it(cast: Cast, owner: Client) -> None:
    owner.post(_address("state_law_switch", "off"), {"reason": "Advice of 12 May"})
    assert preferences.ensure(cast.acme).state_law_limits is False
    page = owner.get(_address("history")).content.decode()
    assert "Advice of 12 May" in page
    assert str(cast.members[Role.OWNER]) in page
    assert "state-law limits" in page


def test_oregon_can_be_applied_and_florida_not_alone(cast: Cast, owner: Client) -> None:
    laws = {law.state: law.pk for law in FrequencyLaw.objects.all()}
    owner.post(_address("law_choice", laws["OR"], "on"), {"reason": "In force"})
    assert LawChoice.objects.get(workspace=cast.acme).applied is True
    answer = owner.post(_address("law_choice", laws["FL"], "off"), {"reason": "x"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("change", "heading", "meaning"),
    [
        (
            {"on": "0", "hours": "24"},
            "Switch Smart Sending off?",
            "one promotional message right after another",
        ),
        ({"on": "1", "hours": "2"}, "Make the window shorter?", "after 2 hours, not 24 hours."),
    ],
)
def test_smart_sending_is_loosened_only_after_a_second_yes_with_a_reason(
    cast: Cast, owner: Client, change: dict[str, str], heading: str, meaning: str
) -> None:
    for number in ("+12395550101", "+12395550102"):
        opted_in(cast.offers, number)
    person = Contact.objects.earliest("pk")
    FrequencyWindow.objects.create(contact=person, sent_1=timezone.now() - timedelta(hours=23))
    answer = owner.post(_address("smart_sending"), change)
    page = answer.content.decode()
    for words in (
        heading,
        meaning,
        "1 contact got a promotional message within the last 24 hours.",
        "2 contacts of the workspace opted in.",
        "0 campaigns are scheduled or under way",
    ):
        assert words in page
    hidden = {field.name: field.value() for field in answer.context["form"].hidden_fields()}
    assert owner.post(_address("smart_sending"), {**hidden, "reason": " "}).status_code == 422
    row = preferences.ensure(cast.acme)
    assert (row.smart_sending, row.smart_sending_hours) == (True, 24)
    assert not JournalEntry.objects.exists()
    owner.post(_address("smart_sending"), {**hidden, "reason": "Launch day"})
    row = preferences.ensure(cast.acme)
    assert (row.smart_sending, str(row.smart_sending_hours)) == (
        change["on"] == "1",
        change["hours"],
    )
    assert JournalEntry.objects.get().reason == "Launch day"


def test_a_wider_window_needs_no_second_yes(cast: Cast, owner: Client) -> None:
    answer = owner.post(_address("smart_sending"), {"on": "1", "hours": "48"})
    assert answer.status_code == 302
    assert preferences.ensure(cast.acme).smart_sending_hours == 48


def test_a_number_is_added_in_any_spelling_with_the_rate_of_its_kind(
    cast: Cast, owner: Client
) -> None:
    owner.post(
        _address("sender_add"),
        {
            "kind": "toll_free",
            "country": "US",
            "number": "(877) 555-0142",
            "account": cast.sender.account_id,
            "verification": "pending",
            "rate": "",
        },
    )
    added = SenderNumber.objects.get(number="+18775550142")
    assert (added.rate, added.verification, added.workspace) == (Decimal(3), "pending", cast.acme)
    page = owner.get(_address("preferences")).content.decode()
    assert "Being verified" in page
    assert "3 per second" in page


def test_another_rate_than_the_kinds_needs_a_reason_and_is_journalled(
    cast: Cast, owner: Client
) -> None:
    given = {"kind": "toll_free", "country": "US", "number": "8775550142", "rate": "50"}
    given |= {"account": str(cast.sender.account_id), "verification": "pending"}
    refused = owner.post(_address("sender_add"), {**given, "reason": " "})
    assert refused.status_code == 422
    assert "reason" in refused.context["form"].errors
    assert not SenderNumber.objects.filter(number="+18775550142").exists()
    entries = JournalEntry.objects.filter(kind="rate", subject="+18775550142")
    assert not entries.exists()
    owner.post(_address("sender_add"), {**given, "reason": "The carrier granted it"})
    entry = entries.get()
    assert (entry.old, entry.new, entry.reason) == ("3", "50", "The carrier granted it")


def test_the_first_us_number_is_the_us_sender_and_a_second_is_not(
    cast: Cast, owner: Client
) -> None:
    preferences.set_us_sender(workspace=cast.acme, sender=None)
    for number in ("8775550142", "8775550143"):
        given = {"kind": "toll_free", "country": "US", "number": number, "rate": ""}
        given |= {"account": str(cast.sender.account_id), "verification": "pending"}
        owner.post(_address("sender_add"), given)
    chosen = preferences.ensure(cast.acme).us_sender
    assert chosen is not None
    assert chosen.number == "+18775550142"


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("toll_free", "+12125550101"),
        ("long_code", "+18775550101"),
        ("long_code", "+14165550101"),
        ("long_code", "nonsense"),
        ("short_code", "1234"),
        ("short_code", "+12125550101"),
    ],
)
def test_a_number_that_is_not_of_its_kind_is_refused(
    cast: Cast, owner: Client, kind: str, number: str
) -> None:
    given = {"kind": kind, "country": "US", "number": number, "verification": "pending"}
    answer = owner.post(_address("sender_add"), {**given, "account": cast.sender.account_id})
    assert answer.status_code == 422
    assert SenderNumber.objects.filter(workspace=cast.acme).count() == 1


def test_another_workspaces_account_or_number_cannot_be_chosen(cast: Cast, owner: Client) -> None:
    given = {"kind": "toll_free", "country": "US", "number": "8775550142", "rate": ""}
    rival = {**given, "verification": "pending", "account": cast.rival_sender.account_id}
    assert owner.post(_address("sender_add"), rival).status_code == 422
    answer = owner.post(_address("preferences"), {"us_sender": cast.rival_sender.pk})
    assert answer.status_code == 422
    assert preferences.ensure(cast.acme).us_sender == cast.sender


def test_a_number_that_a_campaign_uses_is_not_released(cast: Cast, owner: Client) -> None:
    Campaign.objects.create(
        workspace=cast.acme,
        name="Spring sale",
        purpose=cast.offers,
        body="Hi",
        sender=cast.sender,
        status="paused",
    )
    address = _address("sender_release", cast.sender.pk)
    assert "Spring sale" in owner.get(address).content.decode()
    assert owner.post(address, {"reason": "Moved"}).status_code == 422
    cast.sender.refresh_from_db()
    assert cast.sender.verification == "verified"


def test_a_released_number_is_no_sender_any_more_and_may_be_taken_anew(
    cast: Cast, owner: Client
) -> None:
    owner.post(_address("sender_release", cast.sender.pk), {"reason": "Moved"})
    assert preferences.ensure(cast.acme).us_sender is None
    assert JournalEntry.objects.get().new == "Simulator, Released"
    SenderNumber.objects.create(
        workspace=cast.rival,
        account=cast.rival_sender.account,
        number=cast.sender.number,
        kind="toll_free",
    )


def test_the_secret_is_stored_encrypted_and_never_shown(cast: Cast, owner: Client) -> None:
    given = {
        "name": "Second",
        "api_url": "https://api.twilio.com/",
        "account_sid": "AC" + "c" * 32,
        "auth_token": "s3cret-value",
    }
    assert owner.post(_address("carrier_add"), given).status_code == 302
    added = CarrierAccount.objects.get(name="Second")
    assert (added.auth_token, added.api_url) == ("s3cret-value", "https://api.twilio.com")
    pages = [
        _address("carrier"),
        _address("carrier_edit", added.pk),
        _address("history"),
    ]
    for page in pages:
        assert "s3cret-value" not in owner.get(page).content.decode()
    refused = owner.post(_address("carrier_edit", added.pk), {**given, "account_sid": "AC1"})
    assert "s3cret-value" not in refused.content.decode()
    assert all("s3cret-value" not in entry.new for entry in JournalEntry.objects.all())


@pytest.mark.parametrize("moved", ["api_url", "account_sid"])
def test_a_stored_secret_does_not_follow_to_a_new_address(
    cast: Cast, owner: Client, moved: str
) -> None:
    account = cast.sender.account
    given = {
        "name": account.name,
        "api_url": account.api_url,
        "account_sid": account.account_sid,
        "auth_token": "",
        "reason": "Moving",
    }
    new = {"api_url": "https://evil.example", "account_sid": "AC" + "d" * 32}[moved]
    answer = owner.post(_address("carrier_edit", account.pk), {**given, moved: new})
    assert answer.status_code == 422
    assert "Enter the secret again" in answer.content.decode()
    account.refresh_from_db()
    assert account.api_url == "http://127.0.0.1:9"


def test_an_unreachable_carrier_is_said_in_one_sentence(cast: Cast, owner: Client) -> None:
    # Nothing listens on port 9.
    answer = owner.post(_address("carrier_test", cast.sender.account_id), follow=True)
    assert "Nothing answers at this address" in answer.content.decode()


def test_a_law_that_will_start_is_announced_with_its_day(cast: Cast, owner: Client) -> None:
    FrequencyLaw.objects.create(
        state="PA",
        starts_on=date(2099, 1, 1),
        on_by_default=True,
        citation="Act 99",
        source="Three in 24 hours",
    )
    assert "in force from 1 January 2099" in owner.get(_address("state_law")).content.decode()
