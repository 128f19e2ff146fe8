"""The proof of a consent: downloaded by those who may, and only while it is the one recorded."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Capability, Role, may
from consent import ledger
from consent.models import ConsentRecord
from tests.cast import Cast, contact, opted_in
from tests.consent.files import browser

SIGNED = b"<script>signed</script>"


@pytest.fixture
def record(cast: Cast) -> ConsentRecord:
    return ledger.opt_in(
        contact=contact(cast.acme, "+12395550123"),
        purpose=cast.offers,
        source="in_person",
        occurred_at=timezone.now(),
        proof=ContentFile(SIGNED, name="signed.html"),
    )


def page_of(record: ConsentRecord) -> str:
    return reverse("admin:consent_contact_change", args=[record.contact_id])


def address_of(record: ConsentRecord) -> str:
    return reverse("admin:consent_consentrecord_proof", args=[record.pk])


def test_the_contacts_page_offers_the_proof_to_those_who_may(
    cast: Cast, record: ConsentRecord
) -> None:
    for role, user in cast.members.items():
        page = browser(user).get(page_of(record)).content.decode()
        assert hashlib.sha256(SIGNED).hexdigest() in page
        assert (address_of(record) in page) == may(role, Capability.CONSENT)


def test_it_is_a_download_and_never_a_page(admin: Client, record: ConsentRecord) -> None:
    answer = admin.get(address_of(record))
    assert b"".join(answer.streaming_content) == SIGNED  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == f'attachment; filename="proof-{record.pk}.html"'
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_nobody_else_gets_it(cast: Cast, record: ConsentRecord) -> None:
    for role in (Role.MANAGER, Role.COORDINATOR, Role.ANALYST):
        assert browser(cast.members[role]).get(address_of(record)).status_code == 403
    assert browser(cast.rivals[Role.OWNER]).get(address_of(record)).status_code == 404
    assert Client().get(address_of(record)).status_code == 302


def test_a_file_that_was_changed_or_taken_away_is_not_given_as_proof(
    admin: Client, record: ConsentRecord
) -> None:
    path = Path(record.proof.path)
    path.write_bytes(b"forged")
    answer = admin.get(address_of(record), follow=True)
    assert answer.redirect_chain == [(page_of(record), 302)]
    assert hashlib.sha256(b"forged").hexdigest() in answer.content.decode()
    path.unlink()
    answer = admin.get(address_of(record), follow=True)
    assert "The proof file is no longer there." in answer.content.decode()


def test_a_record_without_proof_has_none_to_give(cast: Cast, admin: Client) -> None:
    person = opted_in(cast.offers, "+12395550124")
    plain = ConsentRecord.objects.get(contact=person)
    assert admin.get(address_of(plain)).status_code == 404


def test_the_records_own_page_names_no_place_on_disk(admin: Client, record: ConsentRecord) -> None:
    page = admin.get(reverse("admin:consent_consentrecord_change", args=[record.pk]))
    assert str(record.proof.name) not in page.content.decode()
