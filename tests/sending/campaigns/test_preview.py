"""Previews: to a member's own number, through the gate, and never a flood."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from accounts.models import User
from accounts.roles import Role
from sending.campaigns import preview
from sending.campaigns.errors import CampaignError
from sending.dispatch.tick import tick
from sending.models import Campaign, Message, SenderPreferences
from tests.cast import Cast
from tests.sending.campaigns.makers import draft
from tests.sending.dispatch.makers import connect
from tests.simulator import Simulator

OWN = "+12395550177"


def _member(cast: Cast, number: str = OWN) -> User:
    member = cast.members[Role.COORDINATOR]
    preview.set_own_number(user=member, number=number)
    return member


def _refused(campaign: Campaign, user: User) -> str:
    with pytest.raises(CampaignError) as refused:
        preview.send_preview(campaign=campaign, user=user)
    return refused.value.code


@pytest.mark.django_db(transaction=True)
def test_a_preview_reaches_the_members_own_phone(cast: Cast, simulator: Simulator) -> None:
    connect(cast, simulator)
    member = _member(cast)
    preview.send_preview(campaign=draft(cast, body="Hi {{ first_name }}"), user=member)
    assert tick() == 1
    (entry,) = simulator.accepted()
    assert entry.to == OWN
    assert Message.objects.get().accepted_at is not None


@pytest.mark.django_db(transaction=True)
def test_a_number_that_is_no_longer_a_members_own_is_refused_by_the_gate(
    cast: Cast, simulator: Simulator
) -> None:
    connect(cast, simulator)
    member = _member(cast)
    preview.send_preview(campaign=draft(cast), user=member)
    _member(cast, "+12395550178")
    tick()
    assert simulator.accepted() == []
    message = Message.objects.get()
    assert (message.status, message.reason) == ("skipped", "no_consent")


def test_without_an_own_number_or_a_sender_for_it_there_is_no_preview(cast: Cast) -> None:
    campaign = draft(cast)
    assert _refused(campaign, cast.members[Role.COORDINATOR]) == "no_phone"
    SenderPreferences.objects.update(us_sender=None)
    assert _refused(campaign, _member(cast)) == "no_sender"
    assert not Message.objects.exists()


@pytest.mark.parametrize("number", ["+18885550177", "no number", ""])
def test_what_is_no_mobile_number_is_refused(cast: Cast, number: str) -> None:
    with pytest.raises(CampaignError) as refused:
        _member(cast, number)
    assert refused.value.code == "no_phone"
    member = cast.members[Role.COORDINATOR]
    member.refresh_from_db()
    assert not member.phone
    User.objects.filter(pk=member.pk).update(phone=number)
    member.refresh_from_db()
    assert _refused(draft(cast), member) == "no_phone"
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_however_many_ask_at_once_a_number_gets_ten_previews_an_hour(cast: Cast) -> None:
    campaign, member = draft(cast), _member(cast)
    for _ in range(8):
        preview.send_preview(campaign=campaign, user=member)
    gate, refusals = threading.Barrier(6), []

    def ask() -> None:
        gate.wait(10)
        try:
            preview.send_preview(campaign=campaign, user=member)
        except CampaignError as error:
            refusals.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert refusals == ["too_many_previews"] * 4
    assert Message.objects.count() == 10
