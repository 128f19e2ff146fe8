"""The pages of consent: who may open and do what, and what they do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Capability, Role, may
from consent.models import (
    ConsentRecord,
    ConsentState,
    Contact,
    Purpose,
    Wording,
)
from tests.cast import Cast, opted_in
from tests.consent.files import GOOD, browser, check, go, numbers, table, upload

NUMBER = GOOD["number"]


def when(hours: float) -> str:
    return f"{timezone.now() - timedelta(hours=hours):%Y-%m-%dT%H:%M}"


def opt_in_form(cast: Cast, **more: object) -> dict[str, object]:
    return {
        "purpose": cast.offers.pk,
        "source": "web_form",
        "when": when(1),
        "zone": "UTC",
        "confirm": "on",
        **more,
    }


def test_only_those_who_may_reach_what_changes_consent(cast: Cast) -> None:
    person = opted_in(cast.offers, NUMBER)
    job = upload(cast, table({}))
    check(job)
    reading = [
        reverse("admin:consent_contact_changelist"),
        reverse("admin:consent_contact_change", args=[person.pk]),
        reverse("admin:consent_importjob_changelist"),
        reverse("admin:consent_importjob_change", args=[job.pk]),
        reverse("admin:consent_importjob_live", args=[job.pk]),
        reverse("admin:consent_consentrecord_changelist"),
        reverse("admin:consent_consentstate_changelist"),
        reverse("admin:consent_purpose_changelist"),
        reverse("admin:consent_wording_changelist"),
    ]
    changing = [
        reverse("admin:consent_contact_add"),
        reverse("admin:consent_contact_opt_in", args=[person.pk]),
        reverse("admin:consent_contact_opt_out", args=[person.pk]),
        reverse("admin:consent_importjob_add"),
        reverse("admin:consent_importjob_columns", args=[job.pk]),
        reverse("admin:consent_importjob_import", args=[job.pk]),
        reverse("admin:consent_importjob_rejects", args=[job.pk]),
        reverse("admin:consent_importjob_verdicts", args=[job.pk]),
        reverse("admin:consent_importjob_file", args=[job.pk]),
        reverse("admin:consent_purpose_add"),
        reverse("admin:consent_purpose_export", args=[cast.offers.pk]),
        reverse("admin:consent_wording_add"),
    ]
    for role, user in cast.members.items():
        client = browser(user)
        for address in reading:
            assert client.get(address).status_code == 200, (role, address)
        expected = 200 if may(role, Capability.CONSENT) else 403
        for address in changing:
            assert client.get(address).status_code == expected, (role, address)
    stranger = browser(cast.rivals[Role.OWNER])
    own = [
        each for each in (*reading, *changing) if any(part.isdigit() for part in each.split("/"))
    ]
    for address in own:
        assert stranger.get(address).status_code == 404, address


def test_another_workspaces_rows_are_in_no_list(cast: Cast) -> None:
    opted_in(cast.offers, NUMBER)
    go(upload(cast, table({"number": "+12405550123"})))
    stranger = browser(cast.rivals[Role.OWNER])
    for model in ("contact", "importjob", "consentrecord", "consentstate"):
        page = stranger.get(reverse(f"admin:consent_{model}_changelist")).content.decode()
        assert NUMBER not in page
        assert "optins.csv" not in page


@pytest.mark.parametrize("model", ["consentrecord", "consentstate"])
def test_records_and_states_can_only_be_read(cast: Cast, model: str) -> None:
    opted_in(cast.offers, NUMBER)
    client = browser(cast.staff)
    row = ConsentRecord.objects.get() if model == "consentrecord" else ConsentState.objects.get()
    assert client.get(reverse(f"admin:consent_{model}_add")).status_code == 403
    change = reverse(f"admin:consent_{model}_change", args=[row.pk])
    assert client.get(change).status_code == 200
    assert client.post(change, {"kind": "opt_out"}).status_code == 403
    assert client.post(reverse(f"admin:consent_{model}_delete", args=[row.pk])).status_code == 403


def test_an_opt_in_by_hand_needs_the_confirmation(cast: Cast, admin: Client) -> None:
    address = reverse("admin:consent_contact_add")
    form = opt_in_form(cast, number="(305) 555-0123", first_name="Ana")
    assert admin.post(address, {**form, "confirm": ""}).status_code == 200
    assert not ConsentRecord.objects.exists()
    assert admin.post(address, form).status_code == 302
    record = ConsentRecord.objects.get()
    assert (record.contact.number, record.contact.first_name) == (NUMBER, "Ana")
    assert record.recorded_by == cast.members[Role.ADMIN]


def test_an_opt_in_in_person_says_by_whom_and_where(cast: Cast, admin: Client) -> None:
    address = reverse("admin:consent_contact_add")
    form = opt_in_form(cast, number=NUMBER, source="in_person")
    page = admin.post(address, form)
    assert set(page.context["form"].errors) == {"collector", "place"}
    assert admin.post(address, {**form, "collector": "Kim", "place": "Fair"}).status_code == 302


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": "8005550123"}, "number"),
        ({"number": "12"}, "number"),
        ({"when": "2099-01-01T10:00"}, "when"),
        ({"when": "x"}, "when"),
        ({"when": "2025-11-02T01:30", "zone": "America/New_York"}, "when"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"source": "bought"}, "source"),
        ({"purpose": 0}, "purpose"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    cast: Cast, admin: Client, change: dict[str, object], field: str
) -> None:
    form = opt_in_form(cast, number=NUMBER) | change
    page = admin.post(reverse("admin:consent_contact_add"), form)
    assert page.status_code == 200
    assert field in page.context["form"].errors
    assert not Contact.objects.exists()


def test_purposes_and_wordings_of_others_are_not_offered(cast: Cast, admin: Client) -> None:
    theirs = Wording.objects.create(workspace=cast.rival, code="w", text="x")
    address = reverse("admin:consent_contact_add")
    for change in ({"purpose": cast.rival_offers.pk}, {"wording": theirs.pk}):
        page = admin.post(address, opt_in_form(cast, number=NUMBER, **change))
        assert set(change) <= set(page.context["form"].errors)
    assert not ConsentRecord.objects.exists()


def test_an_opt_out_by_hand_stops_every_purpose(cast: Cast, admin: Client) -> None:
    person = opted_in(cast.offers, NUMBER, timezone.now() - timedelta(days=1))
    address = reverse("admin:consent_contact_opt_out", args=[person.pk])
    assert "Offers" in admin.get(address).content.decode()
    form = {"source": "phone_call", "when": when(0.5), "zone": "UTC", "detail": "Called us."}
    assert admin.post(address, form).status_code == 200
    assert ConsentState.objects.get().status == "opted_in"
    assert admin.post(address, {**form, "confirm": "on"}).status_code == 302
    assert ConsentState.objects.get().status == "opted_out"
    again = reverse("admin:consent_contact_opt_in", args=[person.pk])
    page = admin.post(again, opt_in_form(cast, when=when(2)))
    assert "when" in page.context["form"].errors
    assert admin.post(again, opt_in_form(cast, when=when(0))).status_code == 302
    assert ConsentState.objects.get().status == "opted_in"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("(305) 555-0123", True),
        ("+13055550123", True),
        ("305555", True),
        ("305 55", True),
        ("1305", True),
        ("240", False),
        ("Ana", False),
    ],
)
def test_a_contact_is_found_by_its_number_in_any_spelling(
    cast: Cast, admin: Client, typed: str, found: bool
) -> None:
    opted_in(cast.offers, NUMBER)
    page = admin.get(reverse("admin:consent_contact_changelist"), {"q": typed})
    assert (NUMBER in page.content.decode()) is found


def test_the_page_of_a_contact_tells_everything_that_happened(cast: Cast, admin: Client) -> None:
    go(upload(cast, table({})))
    person = Contact.objects.get(workspace=cast.acme)
    page = admin.get(reverse("admin:consent_contact_change", args=[person.pk])).content.decode()
    for said in (
        "Offers",
        "Opted in",
        "Web form",
        GOOD["wording"],
        "optins.csv, row 2",
        "Ana Silva",
    ):
        assert said in page


def test_a_wording_gets_a_version_and_never_changes(cast: Cast, admin: Client) -> None:
    address = reverse("admin:consent_wording_add")
    for text in ("May we?", "May we now?"):
        assert admin.post(address, {"code": "fair", "text": text}).status_code == 302
    versions = Wording.objects.filter(workspace=cast.acme).order_by("version")
    assert list(versions.values_list("version", "text")) == [(1, "May we?"), (2, "May we now?")]
    first = reverse("admin:consent_wording_change", args=[versions[0].pk])
    assert admin.post(first, {"code": "fair", "text": "Changed"}).status_code == 403


def test_purposes_are_made_and_renamed_but_never_deleted(cast: Cast, admin: Client) -> None:
    assert admin.post(reverse("admin:consent_purpose_add"), {"name": "Jobs"}).status_code == 302
    made = Purpose.objects.get(workspace=cast.acme, name="Jobs")
    change = reverse("admin:consent_purpose_change", args=[made.pk])
    assert admin.post(change, {"name": "Job offers"}).status_code == 302
    delete = reverse("admin:consent_purpose_delete", args=[made.pk])
    assert admin.post(delete, {"post": "yes"}).status_code == 403
    twice = admin.post(reverse("admin:consent_purpose_add"), {"name": "JOB OFFERS"})
    assert "already a purpose" in twice.content.decode()


def test_lists_ask_few_questions_however_long_they_are(
    cast: Cast, admin: Client, django_assert_max_num_queries: object
) -> None:
    go(upload(cast, table(*({"number": number} for number in numbers(120)))))
    for model in ("contact", "consentrecord", "consentstate", "importjob"):
        with django_assert_max_num_queries(14):  # type: ignore[operator]
            assert admin.get(reverse(f"admin:consent_{model}_changelist")).status_code == 200
