"""The shell: logging in, the sidebar, the switcher, and the pages that say no."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import Membership, User
from accounts.roles import Capability, Role, roles_with
from tests.cast import PASSWORD, Cast


def log_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


@pytest.mark.parametrize("role", Role)
def test_members_log_in_by_e_mail_whatever_its_case(cast: Cast, client: Client, role: Role) -> None:
    email = cast.members[role].email.upper()
    answer = client.post("/admin/login/", {"username": email, "password": PASSWORD})
    assert answer.status_code == 302
    assert client.get("/admin/").status_code == 200


def test_someone_without_a_workspace_is_told_so(cast: Cast, client: Client) -> None:
    stranger = User.objects.create_user("stranger@nowhere.example", PASSWORD)
    answer = client.post("/admin/login/", {"username": stranger.email, "password": PASSWORD})
    assert "not a member of any workspace" in answer.content.decode()
    assert not Session.objects.exists()


def test_someone_removed_loses_access_with_the_next_click(cast: Cast, client: Client) -> None:
    analyst = cast.members[Role.ANALYST]
    log_in(client, analyst)
    assert client.get("/admin/").status_code == 200
    Membership.objects.filter(user=analyst).delete()
    assert client.get("/admin/").status_code == 302


def test_the_names_of_workspace_and_account_are_in_the_shell(cast: Cast, client: Client) -> None:
    page = log_in(client, cast.members[Role.ANALYST]).get("/admin/").content.decode()
    assert "Acme Outfitters" in page
    assert "Acme Analyst" in page
    assert "Rival" not in page


def test_members_see_no_way_to_the_platforms_pages(cast: Cast, client: Client) -> None:
    page = log_in(client, cast.members[Role.OWNER]).get("/admin/").content.decode()
    assert "/admin/accounts/membership/" in page
    assert "/admin/accounts/user/" not in page
    assert "/admin/accounts/workspace/" not in page
    staff = log_in(Client(), cast.staff).get("/admin/").content.decode()
    assert "/admin/accounts/user/" in staff


def test_switching_works_by_a_plain_form_and_only_to_ones_own(cast: Cast, client: Client) -> None:
    analyst = cast.members[Role.ANALYST]
    Membership.objects.create(workspace=cast.rival, user=analyst, role=Role.MANAGER)
    log_in(client, analyst)
    page = client.post("/admin/workspace/", {"workspace": cast.rival.pk}, follow=True)
    assert "You now work in Rival Goods." in page.content.decode()
    members = client.get("/admin/accounts/membership/").content.decode()
    assert "owner@rival.example" in members
    assert "owner@acme.example" not in members


@pytest.mark.parametrize("value", ["", "0", "-1", "x", "99999999999999999999999"])
def test_switching_to_nonsense_changes_nothing(cast: Cast, client: Client, value: str) -> None:
    log_in(client, cast.members[Role.OWNER])
    page = client.post("/admin/workspace/", {"workspace": value}, follow=True)
    assert page.status_code == 200
    assert "not a member of that workspace" in page.content.decode()


def test_switching_to_a_foreign_workspace_changes_nothing(cast: Cast, client: Client) -> None:
    log_in(client, cast.members[Role.OWNER])
    page = client.post("/admin/workspace/", {"workspace": cast.rival.pk}, follow=True)
    assert "not a member of that workspace" in page.content.decode()
    assert "Rival" not in page.content.decode()


def test_switching_needs_a_post(cast: Cast, client: Client) -> None:
    assert log_in(client, cast.staff).get("/admin/workspace/").status_code == 405


def test_a_refused_page_says_which_roles_may(cast: Cast, client: Client) -> None:
    log_in(client, cast.members[Role.ANALYST])
    answer = client.get("/admin/accounts/membership/invite/")
    assert answer.status_code == 403
    page = answer.content.decode()
    for role in roles_with(Capability.MEMBERS):
        assert f"<li>{role.label}</li>" in page
    assert "you are Analyst" in page


def test_a_missing_page_is_told_in_the_shell_and_to_strangers_without(
    cast: Cast, client: Client
) -> None:
    outside = client.get("/nothing/")
    assert outside.status_code == 404
    assert "account-menu" not in outside.content.decode()
    inside = log_in(client, cast.members[Role.ANALYST]).get("/nothing/")
    assert inside.status_code == 404
    assert "account-menu" in inside.content.decode()


def test_who_may_do_what_is_the_table_itself(cast: Cast, client: Client) -> None:
    page = log_in(client, cast.members[Role.ANALYST]).get("/admin/roles/").content.decode()
    allowed = sum(len(roles_with(capability)) for capability in Capability)
    assert page.count("tg-yes") == allowed
    assert page.count('tg-no"') == len(Role) * len(Capability) - allowed


def test_the_palette_finds_pages_and_never_rows(cast: Cast, client: Client) -> None:
    log_in(client, cast.members[Role.OWNER])
    assert "Members" in client.get("/admin/search/?s=memb").content.decode()
    for query in ("rival", "acme", "Offers"):
        found = client.get(f"/admin/search/?s={query}&extended=1").content.decode()
        assert "href" not in found


def test_no_route_redirects_to_any_row_of_any_model(cast: Cast, client: Client) -> None:
    assert log_in(client, cast.staff).get("/admin/r/1/1/").status_code == 404


def test_a_language_without_a_catalogue_is_not_offered(cast: Cast, client: Client) -> None:
    log_in(client, cast.members[Role.ANALYST])
    page = client.get("/admin/", headers={"accept-language": "de"}).content.decode()
    assert 'lang="en"' in page
    assert 'name="language"' not in page


def test_the_language_can_be_chosen_once_there_are_two(
    cast: Cast, client: Client, settings: Any
) -> None:
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    log_in(client, cast.members[Role.ANALYST])
    assert client.get("/admin/").content.decode().count('name="language"') == 2
    client.post("/language/setlang/", {"language": "de", "next": "/admin/"})
    assert 'lang="de"' in client.get("/admin/").content.decode()
