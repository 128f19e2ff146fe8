"""The law table in the admin: platform staff read, superusers add and end, nobody rewrites."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounts.models import JournalEntry
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
        "reason": "A new act",
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
    entry = JournalEntry.objects.get()
    assert (entry.workspace, entry.kind, entry.actor) == (None, "law", cast.staff)
    assert (entry.subject, entry.reason) == ("FL, Act 12", "A new act")


def test_without_a_reason_no_law_comes_or_ends(cast: Cast, client: Client) -> None:
    client.force_login(cast.staff)
    florida = FrequencyLaw.objects.get(state="FL")
    answer = client.post(f"{LIST}add/", {**_row(30), "reason": " "})
    assert "reason" in answer.context["adminform"].form.errors
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    change = f"{LIST}{florida.pk}/change/"
    assert client.post(change, {"ends_on": tomorrow, "reason": ""}).status_code == 200
    florida.refresh_from_db()
    assert florida.ends_on is None
    assert FrequencyLaw.objects.count() == 4
    assert client.post(change, {"ends_on": tomorrow, "reason": "Repealed"}).status_code == 302
    entry = JournalEntry.objects.get()
    assert (entry.kind, entry.reason, tomorrow in entry.new) == ("law", "Repealed", True)


def test_the_history_is_the_databases_own(cast: Cast, client: Client) -> None:
    client.force_login(cast.clerk)
    florida = FrequencyLaw.objects.get(state="FL")
    FrequencyLaw.objects.filter(pk=florida.pk).update(ends_on="2030-12-31")
    page = client.get(f"{LIST}{florida.pk}/history/").content.decode()
    assert "2030-12-31" in page


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
    page = f"{LIST}{added.pk}/withdraw/"
    assert page in client.get(f"{LIST}{added.pk}/change/").content.decode()
    assert client.post(page, {"reason": ""}).status_code == 200
    assert client.post(f"{LIST}{added.pk}/delete/", {"post": "yes"}).status_code == 403
    assert FrequencyLaw.objects.filter(state="NV").exists()
    assert client.post(page, {"reason": "Struck down"}).status_code == 302
    assert not FrequencyLaw.objects.filter(state="NV").exists()
    assert JournalEntry.objects.filter(kind="law", reason="Struck down", new="").count() == 1
