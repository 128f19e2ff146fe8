"""Who may open and change what in Settings > SMS: role x page x method."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from accounts.models import JournalEntry
from accounts.roles import Role
from sending.models import CarrierAccount, FrequencyLaw, SenderNumber
from tests.cast import Cast

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

ALL = frozenset(Role)
ADMINS = frozenset({Role.OWNER, Role.ADMIN})
MANAGERS = ADMINS | {Role.MANAGER}


@dataclass(frozen=True)
class Page:
    """A page: who may read it, who may change by it, and the row in its address."""

    name: str
    read: frozenset[Role]
    change: frozenset[Role] | None
    about: str = ""
    extra: tuple[str, ...] = ()
    get_answers: int = 200
    data: dict[str, str] = field(default_factory=dict)


PAGES = [
    Page("preferences", ALL, ADMINS, data={"us_sender": ""}),
    Page("sender_add", ADMINS, ADMINS),
    Page("sender_edit", ADMINS, ADMINS, about="sender"),
    Page("sender_release", ADMINS, ADMINS, about="sender", data={"reason": "No longer ours"}),
    Page("smart_sending", ALL, MANAGERS, data={"on": "1", "hours": "48"}),
    Page("state_law", ALL, None),
    Page("state_law_switch", ADMINS, ADMINS, extra=("off",), data={"reason": "Counsel"}),
    Page("law_choice", ADMINS, ADMINS, about="law", extra=("on",), data={"reason": "Counsel"}),
    Page("carrier", ALL, None),
    Page("carrier_add", ADMINS, ADMINS),
    Page("carrier_edit", ADMINS, ADMINS, about="account"),
    Page("carrier_test", frozenset(), ADMINS, about="account", get_answers=405),
    Page("history", ALL, None),
]


def _address(cast: Cast, page: Page) -> str:
    about = {
        "": [],
        "sender": [cast.sender.pk],
        "account": [cast.sender.account_id],
        "law": [FrequencyLaw.objects.get(state="OR").pk],
    }[page.about]
    return reverse(f"sms_settings:{page.name}", args=[*about, *page.extra])


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_role_decides_who_reads_and_who_changes(
    cast: Cast, client: Client, page: Page, role: Role
) -> None:
    client.force_login(cast.members[role])
    address = _address(cast, page)

    got = client.get(address)
    if page.get_answers == 405:
        assert got.status_code == 405
    else:
        assert got.status_code == (200 if role in page.read else 403)

    posted = client.post(address, page.data)
    if page.change is None:
        assert posted.status_code == 405
    elif role in page.change:
        assert posted.status_code in (302, 422)
    else:
        assert posted.status_code == 403
        assert not JournalEntry.objects.exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_nobody_without_a_log_in_gets_anywhere(cast: Cast, client: Client, page: Page) -> None:
    address = _address(cast, page)
    for answer in (client.get(address), client.post(address, page.data)):
        assert answer.status_code in (302, 405)
        assert answer.status_code == 405 or "/login/" in answer["Location"]
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize("page", [page for page in PAGES if page.about in ("sender", "account")])
def test_the_owner_of_another_workspace_finds_nothing(
    cast: Cast, client: Client, page: Page
) -> None:
    client.force_login(cast.rivals[Role.OWNER])
    address = _address(cast, page)
    assert client.get(address).status_code in (404, 405)
    assert client.post(address, page.data).status_code == 404
    assert SenderNumber.objects.get(pk=cast.sender.pk).verification == "verified"


@pytest.mark.parametrize("name", ["preferences", "smart_sending", "state_law", "carrier"])
def test_an_analyst_reads_the_page_and_learns_which_role_is_needed(
    cast: Cast, client: Client, name: str
) -> None:
    client.force_login(cast.members[Role.ANALYST])
    page = client.get(reverse(f"sms_settings:{name}")).content.decode()
    assert "one needs the role Owner" in page
    assert "Save</button" not in page
    assert "Switch off…" not in page
    assert "Test the connection" not in page


@pytest.mark.parametrize("name", ["preferences", "carrier", "history"])
def test_no_tab_shows_anything_of_another_workspace(cast: Cast, client: Client, name: str) -> None:
    client.force_login(cast.members[Role.OWNER])
    page = client.get(reverse(f"sms_settings:{name}")).content.decode()
    assert cast.rival_sender.number not in page
    assert CarrierAccount.objects.get(workspace=cast.rival).account_sid not in page
