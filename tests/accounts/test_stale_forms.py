"""A form opened before another tab switched the workspace makes nothing in the new one."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import JournalEntry, Membership, User
from accounts.roles import Role
from consent.models import Purpose
from tests.cast import Cast

PURPOSE = "/admin/consent/purpose/add/"
SETTINGS = "/admin/settings/sms/smart-sending/"


@pytest.fixture
def both(cast: Cast, client: Client) -> User:
    """An owner at Acme who is an admin at Rival as well, and works in Acme."""
    user = cast.members[Role.OWNER]
    Membership.objects.create(workspace=cast.rival, user=user, role=Role.ADMIN)
    client.force_login(user)
    return user


def _token(client: Client, address: str) -> str:
    page = client.get(address).content.decode()
    found = set(re.findall(r'name="_workspace" value="(\d+)"', page))
    assert len(found) == 1
    return str(found.pop())


@pytest.mark.parametrize("address", [PURPOSE, SETTINGS, "/admin/accounts/membership/invite/"])
def test_a_form_from_before_the_switch_saves_nothing(
    cast: Cast, both: User, client: Client, address: str
) -> None:
    opened_in = _token(client, address)
    assert opened_in == str(cast.acme.pk)
    client.post("/admin/workspace/", {"workspace": cast.rival.pk, "_workspace": opened_in})
    purposes, members = Purpose.objects.count(), Membership.objects.count()
    data = {"name": "Events", "on": "1", "hours": "72", "reason": "x"}
    data |= {"email": "new@acme.example", "role": "analyst", "_workspace": opened_in}
    answer = client.post(address, data)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "This form was opened in Acme Outfitters, but you now work in Rival Goods." in page
    assert "Nothing was saved" in page
    assert (Purpose.objects.count(), Membership.objects.count()) == (purposes, members)
    assert not JournalEntry.objects.exists()
    fresh = client.post(address, {**data, "_workspace": _token(client, address)})
    assert fresh.status_code == 302


@pytest.mark.parametrize("value", ["", "x", "0", "99999999999999999999999"])
def test_nonsense_is_another_workspace(cast: Cast, both: User, client: Client, value: str) -> None:
    answer = client.post(PURPOSE, {"name": "Events", "_workspace": value})
    assert answer.status_code == 409
    assert not Purpose.objects.filter(name="Events").exists()


def test_the_name_of_a_foreign_workspace_is_not_told(cast: Cast, client: Client) -> None:
    client.force_login(cast.members[Role.OWNER])
    answer = client.post(PURPOSE, {"name": "Events", "_workspace": cast.rival.pk})
    assert answer.status_code == 409
    assert "Rival" not in answer.content.decode()


def test_logging_out_works_from_any_tab(cast: Cast, both: User, client: Client) -> None:
    assert client.post("/admin/logout/", {"_workspace": cast.rival.pk}).status_code in (200, 302)
    assert client.get("/admin/").status_code == 302
