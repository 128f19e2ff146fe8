"""Pause and cancel take effect within two seconds, even while the carrier is slow."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from django.db import connections
from django.utils import timezone

from consent.ledger import opt_out
from consent.models import Contact
from sending.campaigns import endings, moves
from sending.dispatch.admit import admit
from sending.dispatch.halt import halted
from sending.dispatch.post import CONNECTIONS, post, post_office
from sending.dispatch.settle import settle
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


def test_an_opt_out_reaches_what_still_waits_in_the_worker(
    cast: Cast, simulator: Simulator
) -> None:
    """A batch that a slow carrier keeps busy is not gone yet: STOP is in force for its rest."""
    connect(cast, simulator)
    simulator.control(slow_seconds=0.6)
    opt_in_many(cast.offers, PEOPLE, area_code="216", state="OH")
    started(cast)
    batch = admit()
    last = batch.postings[-1]
    person = Contact.objects.get(pk=last.contact_id)
    opt_out(contact=person, source="in_person", occurred_at=timezone.now(), detail="At the till")
    for results in post(batch, halted=halted):
        settle(batch.claim, results)
    assert last.to not in {entry.to for entry in simulator.accepted()}
    assert len(simulator.accepted()) == PEOPLE - 1
    while tick():
        pass
    message = Message.objects.get(pk=last.message_id)
    assert (message.status, message.reason, message.slot_at) == ("skipped", "opted_out", None)


def test_a_round_that_fails_leaves_nothing_posting(cast: Cast, simulator: Simulator) -> None:
    connect(cast, simulator)
    simulator.control(slow_seconds=0.3)
    opt_in_many(cast.offers, PEOPLE, area_code="216", state="OH")
    started(cast)
    results = post(admit(), halted=halted)
    next(results)
    results.close()  # type: ignore[attr-defined]
    went = len(simulator.accepted())
    post_office().loop.run_until_complete(asyncio.sleep(1))
    # What was under way may still have arrived; nothing was started after it.
    assert len(simulator.accepted()) <= went + CONNECTIONS < PEOPLE
