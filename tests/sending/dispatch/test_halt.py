"""Pause and cancel take effect within two seconds, even while the carrier is slow."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connections

from sending.campaigns import endings, moves
from sending.dispatch.sweep import sweep
from sending.dispatch.tick import tick
from sending.models import Campaign, Message
from tests.cast import Cast
from tests.faults.audience import opt_in_many
from tests.sending.dispatch.makers import connect, started
from tests.simulator import Simulator

PEOPLE = 400


def _in_background() -> threading.Thread:
    def run() -> None:
        try:
            tick()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["pause", "cancel"])
def test_nothing_more_is_posted_two_seconds_after_a_halt(
    cast: Cast, simulator: Simulator, how: str
) -> None:
    connect(cast, simulator)
    simulator.control(slow_seconds=0.8)
    opt_in_many(cast.offers, PEOPLE, area_code="216", state="OH")
    campaign = started(cast)
    thread = _in_background()
    while not simulator.accepted():
        time.sleep(0.05)
    if how == "pause":
        progress = moves.pause(campaign=campaign)
    else:
        progress = endings.cancel(campaign=campaign)
    assert progress.went + progress.under_way > 0
    time.sleep(2)
    went = len(simulator.accepted())
    thread.join(timeout=30)

    assert len(simulator.accepted()) == went < PEOPLE
    statuses = Message.objects.filter(campaign=campaign)
    assert statuses.filter(status="accepted").count() == went
    assert not statuses.filter(status__in=["sending", "unknown"]).exists()
    waiting = statuses.filter(status="queued", slot_at__isnull=True)
    if how == "pause":
        assert waiting.count() == PEOPLE - went
        simulator.control()
        moves.resume(campaign=Campaign.objects.get(pk=campaign.pk))
        while tick():
            pass
        assert len(simulator.accepted()) == PEOPLE
        assert len({entry.to for entry in simulator.accepted()}) == PEOPLE
    else:
        sweep()
        endings.sweep_cancelled()
        assert statuses.filter(status="cancelled").count() == PEOPLE - went
