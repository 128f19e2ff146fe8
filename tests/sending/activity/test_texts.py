"""What a message says: its own text once made, else what it would be for its contact."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from consent.models import Contact
from tests.cast import Cast

if TYPE_CHECKING:
    from django.test import Client

    from sending.models import Message
    from tests.sending.activity.conftest import Maker

pytestmark = pytest.mark.django_db

LIST = "/admin/sending/message/"
NOTE = "This is how the text would read for this contact now."


@pytest.fixture
def owner(cast: Cast, client: Client) -> Client:
    client.force_login(cast.members[Role.OWNER])
    return client


def _named(message: Message, first_name: str) -> None:
    Contact.objects.filter(pk=message.contact_id).update(first_name=first_name)


def _three_places(client: Client, message: Message) -> tuple[str, str, str]:
    """The list, the page, and the text in the export."""
    page = client.get(reverse("admin:sending_message_change", args=[message.pk]))
    answer = client.get(reverse("admin:sending_message_export"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    (row,) = csv.DictReader(io.StringIO(text))
    return client.get(LIST).content.decode(), page.content.decode(), row["text"]


@pytest.mark.parametrize("status", ["queued", "skipped", "cancelled"])
def test_what_was_not_sent_reads_as_it_would_for_its_contact(
    owner: Client, make: Maker, status: str
) -> None:
    message = make.message("+12395550101", status=status)
    _named(message, "Noor")
    listed, page, exported = _three_places(owner, message)
    assert exported == "Hi Noor"
    for shown in (listed, page):
        assert "Hi Noor" in shown
        assert "{{" not in shown
    assert NOTE in page


def test_what_was_sent_keeps_the_text_that_went(owner: Client, make: Maker) -> None:
    message = make.message("+12395550101", status="delivered", body="Hi Maria")
    _named(message, "Noor")
    listed, page, exported = _three_places(owner, message)
    assert exported == "Hi Maria"
    assert "Hi Maria" in listed
    assert "Hi Maria" in page
    assert NOTE not in page


def test_a_text_that_cannot_be_made_says_so(cast: Cast, owner: Client, make: Maker) -> None:
    campaign = make.campaign(cast.acme, "By name", "{{ first_name }}")
    message = make.message("+12395550101", campaign, status="skipped", reason="bad_text")
    sentence = "(No text: The text comes out empty.)"
    listed, page, exported = _three_places(owner, message)
    assert exported == sentence
    assert sentence in listed
    assert sentence in page


def test_texts_cost_no_query_per_row(owner: Client, make: Maker) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            owner.get(LIST)
        return len(queries)

    make.message("+12395550100", status="skipped", reason="state_law")
    asked()
    one = asked()
    for number in range(1, 30):
        make.message(f"+12395550{number:03d}", status="skipped", reason="state_law")
    assert asked() == one
