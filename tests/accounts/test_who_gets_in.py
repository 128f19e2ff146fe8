"""Who gets in where, written out by hand: (method, page) -> the roles that get the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership
from accounts.roles import Role
from tests.cast import Cast
from tests.crawl import model
from tests.world import populate

EVERYONE = set(Role)
ADMINS = {Role.OWNER, Role.ADMIN}
TABLE: list[tuple[str, str, set[Role]]] = [
    ("get", "/admin/", EVERYONE),
    ("get", "/admin/roles/", EVERYONE),
    ("get", "/admin/accounts/membership/", EVERYONE),
    ("get", "/admin/accounts/membership/{member}/change/", EVERYONE),
    ("get", "/admin/accounts/membership/{member}/history/", EVERYONE),
    ("post", "/admin/accounts/membership/{member}/change/", set()),
    ("get", "/admin/accounts/membership/add/", set()),
    ("get", "/admin/accounts/membership/{member}/delete/", set()),
    ("post", "/admin/accounts/membership/{member}/delete/", set()),
    ("get", "/admin/accounts/membership/invite/", ADMINS),
    ("post", "/admin/accounts/membership/invite/", ADMINS),
    ("get", "/admin/accounts/membership/{member}/role/", ADMINS),
    ("post", "/admin/accounts/membership/{member}/role/", ADMINS),
    ("get", "/admin/accounts/membership/{member}/remove/", ADMINS),
    ("post", "/admin/accounts/membership/{member}/remove/", ADMINS),
    ("get", "/admin/accounts/membership/hand-over/", {Role.OWNER}),
    ("post", "/admin/accounts/membership/hand-over/", {Role.OWNER}),
    ("get", "/admin/accounts/journalentry/", EVERYONE),
    ("get", "/admin/accounts/journalentry/export/", EVERYONE),
    ("get", "/admin/accounts/journalentry/add/", set()),
    ("get", "/admin/accounts/journalentry/{entry}/change/", EVERYONE),
    ("post", "/admin/accounts/journalentry/{entry}/change/", set()),
    ("post", "/admin/accounts/journalentry/{entry}/delete/", set()),
    ("get", "/admin/accounts/user/", set()),
    ("get", "/admin/accounts/workspace/", set()),
    ("get", "/admin/accounts/workspace/add/", set()),
]


# What platform staff get: the compliance team, and superusers.
PLATFORM: list[tuple[str, str, int, int]] = [
    ("get", "/admin/", 200, 200),
    ("get", "/admin/accounts/journalentry/", 200, 200),
    ("get", "/admin/accounts/user/", 200, 200),
    ("get", "/admin/accounts/user/add/", 403, 200),
    ("get", "/admin/accounts/workspace/", 200, 200),
    ("get", "/admin/accounts/workspace/add/", 403, 200),
    ("get", "/admin/sending/frequencylaw/", 200, 200),
    ("get", "/admin/sending/frequencylaw/add/", 403, 200),
    ("get", "/admin/accounts/membership/invite/", 403, 200),
]


@pytest.mark.parametrize(("method", "address", "clerk", "superuser"), PLATFORM)
def test_where_platform_staff_get_in(
    cast: Cast, client: Client, method: str, address: str, clerk: int, superuser: int
) -> None:
    client.force_login(cast.clerk)
    assert getattr(client, method)(address).status_code == clerk
    client.force_login(cast.staff)
    assert getattr(client, method)(address).status_code == superuser


@pytest.mark.parametrize(("method", "address", "roles"), TABLE)
def test_who_gets_in_where(
    cast: Cast,
    settings: Any,
    tmp_path: Path,
    method: str,
    address: str,
    roles: set[Role],
) -> None:
    settings.MEDIA_ROOT = tmp_path
    world = populate(cast)
    member = Membership.objects.get(user=cast.members[Role.ANALYST]).pk
    entry = world.row(model("accounts.JournalEntry"), world.own).pk
    where = address.format(member=member, entry=entry)
    for role, user in cast.members.items():
        client = Client()
        client.force_login(user)
        status = getattr(client, method)(where).status_code
        assert status == (200 if role in roles else 403), (role, status)
