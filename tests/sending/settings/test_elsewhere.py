"""The sender preferences say which number a country other than the United States uses, and why."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from accounts.roles import Role
from sending.campaigns.senders import by_country
from sending.models import SenderNumber
from sending.pages.settings.elsewhere import countries
from tests.cast import Cast
from tests.sending.campaigns.makers import draft

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def _canadian(cast: Cast, *states: str) -> list[SenderNumber]:
    return [
        SenderNumber.objects.create(
            workspace=cast.acme,
            account=cast.sender.account,
            number=f"+1416555019{9 - index}",
            kind=SenderNumber.Kind.LONG_CODE,
            country="CA",
            verification=state,
            rate=Decimal(1),
        )
        for index, state in enumerate(states)
    ]


@pytest.mark.parametrize(
    ("states", "used", "why"),
    [
        (["pending"], 0, "The only number of this country."),
        (
            ["pending", "verified", "verified"],
            1,
            "Of the verified numbers of this country, the one added first.",
        ),
        (
            ["rejected", "pending", "pending"],
            1,
            "None of this country is verified yet; of those not rejected, the one added first.",
        ),
        (
            ["rejected"],
            None,
            "Every number of this country was rejected: recipients there are skipped.",
        ),
    ],
)
def test_the_page_says_which_number_is_used_and_why(
    cast: Cast, client: Client, states: list[str], used: int | None, why: str
) -> None:
    senders = _canadian(cast, *states)
    (country,) = countries(cast.acme)
    number = "" if used is None else senders[used].number
    assert (country.name, country.number, country.why) == ("Canada", number, why)
    assert set(country.others) == {each.number for each in senders} - {number}
    # What the page says is what a campaign does.
    chosen = by_country(draft(cast)).get("CA")
    assert (chosen.number if chosen else "") == number
    client.force_login(cast.members[Role.ANALYST])
    page = client.get(reverse("sms_settings:preferences")).content.decode()
    assert why in page
    assert ("Not used by default" in page) is bool(country.others)


def test_a_released_number_and_another_workspaces_are_not_listed(cast: Cast) -> None:
    _canadian(cast, "released")
    assert countries(cast.acme) == []
    SenderNumber.objects.filter(pk=cast.rival_sender.pk).update(country="CA")
    assert countries(cast.acme) == []
