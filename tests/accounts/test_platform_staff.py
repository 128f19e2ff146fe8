"""Platform staff: superusers, and staff in the group compliance; one half alone is nothing."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client

from accounts.current import workspaces_of
from accounts.models import Membership, User
from accounts.platform import COMPLIANCE, is_platform_staff
from accounts.roles import Role
from tests.cast import PASSWORD, Cast

PAGES = ("/admin/accounts/user/", "/admin/accounts/workspace/", "/admin/sending/frequencylaw/")


@pytest.fixture
def person(cast: Cast) -> User:
    return User.objects.create_user("pat@tollgate.example", PASSWORD, name="Pat")


def _make(user: User, *, staff: bool, compliance: bool, superuser: bool) -> User:
    user.is_staff, user.is_superuser = staff, superuser
    user.save()
    user.groups.set(Group.objects.filter(name=COMPLIANCE) if compliance else [])
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize(
    ("staff", "compliance", "superuser", "sees"),
    [
        (False, False, False, False),
        (True, False, False, False),
        (False, True, False, False),
        (True, True, False, True),
        (False, False, True, True),
        (True, False, True, True),
    ],
)
def test_who_sees_every_workspace(
    person: User, client: Client, *, staff: bool, compliance: bool, superuser: bool, sees: bool
) -> None:
    user = _make(person, staff=staff, compliance=compliance, superuser=superuser)
    assert is_platform_staff(user) is sees
    assert workspaces_of(user).count() == (2 if sees else 0)
    answer = client.post("/admin/login/", {"username": user.email, "password": PASSWORD})
    assert (answer.status_code == 302) is sees
    for page in PAGES:
        assert (client.get(page).status_code == 200) is sees


def test_staff_without_the_group_who_are_members_see_what_members_see(
    cast: Cast, person: User, client: Client
) -> None:
    Membership.objects.create(workspace=cast.acme, user=person, role=Role.ANALYST)
    user = _make(person, staff=True, compliance=False, superuser=False)
    client.force_login(user)
    assert list(workspaces_of(user)) == [cast.acme]
    members = client.get("/admin/accounts/membership/").content.decode()
    assert "owner@acme.example" in members
    assert "owner@rival.example" not in members
    assert {client.get(page).status_code for page in PAGES} == {403}


def test_whoever_is_switched_off_is_no_staff(cast: Cast) -> None:
    for user in (cast.staff, cast.clerk):
        user.is_active = False
        assert not is_platform_staff(user)
        assert not workspaces_of(user).exists()


def test_the_group_comes_with_migrate_and_comes_back(cast: Cast) -> None:
    Group.objects.all().delete()
    call_command("migrate", verbosity=0)
    assert Group.objects.get().name == COMPLIANCE
