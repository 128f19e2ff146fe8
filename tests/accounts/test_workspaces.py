"""Making workspaces, and what platform staff may do with them and with users."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts import workspaces
from accounts.models import Membership, User, Workspace
from accounts.roles import Role
from accounts.signals import workspace_created
from tests.cast import Cast


def test_a_new_workspace_has_its_owner_and_tells_the_rooms_above(cast: Cast) -> None:
    told: list[Workspace] = []

    def listen(workspace: Workspace, **kwargs: Any) -> None:
        told.append(workspace)

    workspace_created.connect(listen)
    try:
        made = workspaces.create(name="Third", slug="third", owner=cast.members[Role.ANALYST])
    finally:
        workspace_created.disconnect(listen)
    assert told == [made]
    assert Membership.objects.get(workspace=made).role == Role.OWNER


def test_a_room_above_that_fails_undoes_the_workspace(cast: Cast) -> None:
    def fail(**kwargs: Any) -> None:
        raise RuntimeError("no preferences")

    workspace_created.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            workspaces.create(name="Third", slug="third", owner=cast.staff)
    finally:
        workspace_created.disconnect(fail)
    assert not Workspace.objects.filter(slug="third").exists()


def test_a_short_name_is_used_once(cast: Cast) -> None:
    with pytest.raises(ValidationError) as refusal:
        workspaces.create(name="Acme again", slug="acme", owner=cast.staff)
    assert "slug" in refusal.value.message_dict


def test_superusers_make_workspaces_on_the_page(cast: Cast, client: Client) -> None:
    client.force_login(cast.staff)
    data = {"name": "Third", "slug": "third", "owner_email": "Owner@acme.example"}
    answer = client.post("/admin/accounts/workspace/add/", data)
    assert answer.status_code == 302
    made = Workspace.objects.get(slug="third")
    assert made.memberships.get().user == cast.members[Role.OWNER]
    wrong = client.post(
        "/admin/accounts/workspace/add/", {**data, "slug": "x", "owner_email": "no@one.example"}
    )
    assert "no active account" in wrong.content.decode()


def test_staff_without_superuser_rights_read_users_and_change_none(
    cast: Cast, client: Client
) -> None:
    client.force_login(cast.clerk)
    assert client.get("/admin/accounts/user/").status_code == 200
    target = cast.members[Role.ANALYST]
    page = f"/admin/accounts/user/{target.pk}/"
    assert client.get(f"{page}change/").status_code == 200
    assert client.post(f"{page}change/", {"is_superuser": "on"}).status_code in (302, 403)
    assert client.post(f"{page}password/", {"password1": "x" * 12}).status_code in (302, 403, 404)
    assert client.get("/admin/accounts/user/add/").status_code == 403
    target.refresh_from_db()
    assert not target.is_superuser


def test_superusers_add_an_account_and_switch_one_off(cast: Cast, client: Client) -> None:
    client.force_login(cast.staff)
    data = {
        "email": "new@tollgate.example",
        "name": "New",
        "usable_password": "true",
        "password1": "a long enough phrase",
        "password2": "a long enough phrase",
    }
    answer = client.post("/admin/accounts/user/add/", data)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    person = User.objects.get(email="new@tollgate.example")
    change = f"/admin/accounts/user/{person.pk}/change/"
    assert client.post(change, {"email": person.email, "name": "Newer"}).status_code == 302
    person.refresh_from_db()
    assert (person.name, person.is_active) == ("Newer", True)
    rights = f"/admin/accounts/user/{person.pk}/rights/"
    assert client.post(rights, {"reason": "Left the company"}).status_code == 302
    person.refresh_from_db()
    assert not person.is_active
