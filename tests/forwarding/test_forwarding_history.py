"""Changes of call forwarding stand in the tab History of the settings, numbers whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from accounts.roles import Role
from forwarding import rules
from tests.cast import Cast
from tests.forwarding.calling import DESTINATION

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role)
def test_the_history_tells_who_set_up_call_forwarding(
    cast: Cast, client: Client, role: Role
) -> None:
    client.force_login(cast.members[role])
    address = reverse("sms_settings:history")
    assert DESTINATION not in client.get(address).content.decode()
    who = cast.members[Role.COORDINATOR]
    rules.save(sender=cast.sender, text=DESTINATION, seen=rules.NOT_SET_UP, actor=who)
    (entry,) = client.get(address).context["entries"]
    assert (entry.actor, entry.subject, entry.new) == (who, cast.sender.number, DESTINATION)
    assert DESTINATION in client.get(address).content.decode()


def test_another_workspaces_call_forwarding_is_not_told(cast: Cast, client: Client) -> None:
    who = cast.rivals[Role.OWNER]
    rules.save(sender=cast.rival_sender, text=DESTINATION, seen=rules.NOT_SET_UP, actor=who)
    client.force_login(cast.members[Role.OWNER])
    assert not client.get(reverse("sms_settings:history")).context["entries"]
