"""The history of a tracked row: who, when and what, whoever wrote it."""

from __future__ import annotations

from django.db import connection
from django.test import Client

from accounts.models import Membership
from accounts.roles import Role
from tests.cast import Cast


def test_a_change_by_page_names_who_made_it(cast: Cast, client: Client) -> None:
    client.force_login(cast.members[Role.ADMIN])
    row = Membership.objects.get(user=cast.members[Role.ANALYST])
    data = {"role": "manager", "reason": "Promoted"}
    assert client.post(f"/admin/accounts/membership/{row.pk}/role/", data).status_code == 302
    page = client.get(f"/admin/accounts/membership/{row.pk}/history/").content.decode()
    assert "Acme Admin" in page
    assert "analyst → manager" in page


def test_a_change_by_hand_in_sql_is_there_too(cast: Cast, client: Client) -> None:
    row = Membership.objects.get(user=cast.members[Role.ANALYST])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_membership SET role = 'coordinator' WHERE id = %s", [row.pk]
        )
    client.force_login(cast.members[Role.ANALYST])
    page = client.get(f"/admin/accounts/membership/{row.pk}/history/").content.decode()
    assert "analyst → coordinator" in page
    assert "the system" in page


def test_the_history_of_a_foreign_row_is_not_there(cast: Cast, client: Client) -> None:
    row = Membership.objects.get(user=cast.rivals[Role.ANALYST])
    client.force_login(cast.members[Role.OWNER])
    assert client.get(f"/admin/accounts/membership/{row.pk}/history/").status_code == 404
