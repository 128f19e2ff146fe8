"""A purpose keeps the name that people consented to; a wording gets its next version."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consent import ledger
from consent.models import ConsentState, Purpose, Wording
from consent.wordings import add_version
from tests.cast import Cast, contact, opted_in


def change(admin: Client, purpose: Purpose, **said: str) -> str:
    address = reverse("admin:consent_purpose_change", args=[purpose.pk])
    fields = {"name": purpose.name, "description": purpose.description, **said}
    return admin.post(address, fields, follow=True).content.decode()


def test_a_purpose_nobody_consented_to_may_be_renamed(cast: Cast, admin: Client) -> None:
    change(admin, cast.offers, name="Weekly offers")
    cast.offers.refresh_from_db()
    assert cast.offers.name == "Weekly offers"


def test_a_purpose_with_consent_keeps_its_name_and_not_its_description(
    cast: Cast, admin: Client
) -> None:
    opted_in(cast.offers, "+12395550123")
    page = change(admin, cast.offers, name="Lottery", description="Win!")
    assert "Add a new purpose instead." in page
    change(admin, cast.offers, description="Every Friday")
    cast.offers.refresh_from_db()
    assert (cast.offers.name, cast.offers.description) == ("Offers", "Every Friday")
    history = admin.get(reverse("admin:consent_purpose_history", args=[cast.offers.pk]))
    assert "Every Friday" in history.content.decode()


def test_the_database_keeps_the_name_too(cast: Cast) -> None:
    Purpose.objects.filter(pk=cast.offers.pk).update(name="Deals")
    opted_in(cast.offers, "+12395550123")
    with pytest.raises(IntegrityError, match="keeps its name"), transaction.atomic():
        Purpose.objects.filter(pk=cast.offers.pk).update(name="Lottery")
    Purpose.objects.filter(pk=cast.offers.pk).update(name="Deals", description="x")


@pytest.mark.django_db(transaction=True)
def test_a_new_name_waits_for_the_consent_that_is_being_recorded(cast: Cast) -> None:
    person = contact(cast.acme, "+12395550123")
    recorded, outcome = threading.Event(), []

    def rename() -> None:
        recorded.wait(10)
        try:
            Purpose.objects.filter(pk=cast.offers.pk).update(name="Lottery")
            outcome.append("renamed")
        except IntegrityError:
            outcome.append("refused")
        finally:
            connection.close()

    thread = threading.Thread(target=rename)
    thread.start()
    with transaction.atomic():
        ledger.opt_in(
            contact=person, purpose=cast.offers, source="web_form", occurred_at=timezone.now()
        )
        recorded.set()
        thread.join(1)
        assert outcome == []
    thread.join(10)
    assert outcome == ["refused"]
    assert ConsentState.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_people_who_add_a_wording_at_once_get_one_version_each(cast: Cast) -> None:
    barrier = threading.Barrier(6)
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            barrier.wait()
            add_version(wording=Wording(workspace=cast.acme, code="fair", text=f"May we {number}?"))
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    versions = Wording.objects.order_by("version").values_list("version", flat=True)
    assert list(versions) == [1, 2, 3, 4, 5, 6]


def test_the_page_adds_the_next_version(cast: Cast, admin: Client) -> None:
    for text in ("May we?", "May we now?"):
        admin.post(reverse("admin:consent_wording_add"), {"code": "fair", "text": text})
    found = Wording.objects.order_by("version").values_list("version", "text")
    assert list(found) == [(1, "May we?"), (2, "May we now?")]
