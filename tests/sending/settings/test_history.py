"""The history of settings: who changed what, from what to what, of this workspace only."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from accounts.roles import Role
from sending import preferences, setting_history
from sending.models import FrequencyLaw, SenderNumber
from tests.cast import Cast

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def _told(cast: Cast) -> list[tuple[str, str, str]]:
    found = setting_history.changes(workspace=cast.acme, limit=100)
    return [(each.what, each.old, each.new) for each in found]


def test_a_change_through_a_page_names_who_made_it(cast: Cast, client: Client) -> None:
    client.force_login(cast.members[Role.MANAGER])
    address = reverse("sms_settings:smart_sending")
    client.post(address, {"on": "1", "hours": "48", "reason": ""})
    change = setting_history.changes(workspace=cast.acme, limit=10)[0]
    assert change.who == str(cast.members[Role.MANAGER])
    assert (change.what, change.old, change.new) == ("Smart Sending window in hours", "24", "48")


def test_a_set_based_change_is_told_too_and_by_no_person(cast: Cast) -> None:
    SenderNumber.objects.filter(pk=cast.sender.pk).update(verification="rejected")
    change = setting_history.changes(workspace=cast.acme, limit=10)[0]
    assert (change.who, change.old, change.new) == ("", "Verified", "Rejected")


def test_numbers_and_laws_are_called_by_their_names(cast: Cast) -> None:
    who = cast.members[Role.OWNER]
    preferences.set_rate(sender=cast.sender, rate=Decimal(3), actor=who, reason="x")
    preferences.set_us_sender(workspace=cast.acme, sender=None)
    oregon = FrequencyLaw.objects.get(state="OR")
    for applied in (True, False):
        preferences.set_law_choice(
            workspace=cast.acme, law=oregon, applied=applied, actor=who, reason="x"
        )
    told = _told(cast)
    assert (f"{cast.sender.number}: rate", "100000", "3") in told
    assert ("sender for the United States", cast.sender.number, "none") in told
    assert ("OR: applied", "on", "off") in told
    assert told.count(("OR: applied", "off", "on")) == 1


def test_another_workspaces_changes_are_not_told(cast: Cast) -> None:
    before = _told(cast)
    who = cast.rivals[Role.OWNER]
    preferences.set_state_law_limits(workspace=cast.rival, on=False, actor=who, reason="x")
    preferences.set_rate(sender=cast.rival_sender, rate=Decimal(3), actor=who, reason="x")
    assert _told(cast) == before
