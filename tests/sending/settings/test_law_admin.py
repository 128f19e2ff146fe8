"""The law table in the admin: platform staff read, superusers add and end, nobody rewrites."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounts.roles import Role
from sending.models import FrequencyLaw
from tests.cast import Cast

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

LIST = "/admin/sending/frequencylaw/"


def _row(starts_in_days: int, state: str = "FL") -> dict[str, str]:
    return {
        "state": state,
        "cap": "2",
        "window_hours": "24",
        "starts_on": (timezone.localdate() + timedelta(days=starts_in_days)).isoformat(),
        "ends_on": "",
        "on_by_default": "on",
        "citation": "Act 12",
        "source": "At most two",
    }


@pytest.mark.parametrize("role", Role)
def test_members_do_not_reach_the_table(cast: Cast, client: Client, role: Role) -> None:
    client.force_login(cast.members[role])
    florida = FrequencyLaw.objects.get(state="FL")
    for address in (LIST, f"{LIST}add/", f"{LIST}{florida.pk}/change/"):
        assert client.get(address).status_code == 403
        assert client.post(address, _row(30)).status_code == 403
    assert FrequencyLaw.objects.count() == 4


def test_staff_who_are_no_superusers_only_read(cast: Cast, client: Client) -> None:
    client.force_login(cast.clerk)
    assert client.get(LIST).status_code == 200
    assert client.post(f"{LIST}add/", _row(30)).status_code == 403
    assert FrequencyLaw.objects.count() == 4


def test_a_superuser_adds_a_row_and_the_one_before_ends(cast: Cast, client: Client) -> None:
    client.force_login(cast.staff)
    assert client.post(f"{LIST}add/", _row(30)).status_code == 302
    before, after = FrequencyLaw.objects.filter(state="FL").order_by("starts_on")
    assert before.ends_on == after.starts_on - timedelta(days=1)
    assert after.cap == 2


def test_a_row_that_overlaps_is_an_error_of_the_form(cast: Cast, client: Client) -> None:
    client.force_login(cast.staff)
    answer = client.post(f"{LIST}add/", {**_row(0), "starts_on": "2020-01-01"})
    assert answer.status_code == 200
    assert "begins on that day or later" in answer.content.decode()
    assert FrequencyLaw.objects.filter(state="FL", ends_on=None).count() == 1


def test_a_law_in_force_keeps_its_words_and_is_not_deleted(cast: Cast, client: Client) -> None:
    client.force_login(cast.staff)
    florida = FrequencyLaw.objects.get(state="FL")
    client.post(f"{LIST}{florida.pk}/change/", {**_row(0), "cap": "1"})
    assert client.post(f"{LIST}{florida.pk}/delete/", {"post": "yes"}).status_code == 403
    florida.refresh_from_db()
    assert (florida.cap, florida.ends_on) == (3, None)


def test_a_law_that_has_not_begun_is_withdrawn(cast: Cast, client: Client) -> None:
    client.force_login(cast.staff)
    client.post(f"{LIST}add/", _row(30, "NV"))
    added = FrequencyLaw.objects.get(state="NV")
    assert client.post(f"{LIST}{added.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not FrequencyLaw.objects.filter(state="NV").exists()
