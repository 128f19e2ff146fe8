"""A sender's rate holds over any number of workers, by the carrier's own log."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from sending.campaigns import drafts, moves
from sending.models import CarrierAccount, Message, SenderNumber
from tests.cast import Cast
from tests.faults.audience import opt_in_many
from tests.faults.workers import Workers, wait_until, working
from tests.simulator import Simulator

RATE = 50
PEOPLE = 300


@pytest.mark.faults
@pytest.mark.xdist_group("faults")
@pytest.mark.django_db(transaction=True)
def test_four_workers_together_send_no_faster_than_the_rate(
    cast: Cast, simulator: Simulator, tmp_path: Path
) -> None:
    CarrierAccount.objects.update(api_url=simulator.url)
    SenderNumber.objects.update(rate=Decimal(RATE))
    opt_in_many(cast.offers, PEOPLE, area_code="216", state="OH")
    campaign = drafts.create(workspace=cast.acme, name="Spring", purpose=cast.offers, body="Hello")
    moves.start(campaign=campaign)
    workers = Workers(tmp_path / "workers.log", processes=4)
    with working(workers):
        wait_until(
            lambda: Message.objects.filter(status="accepted").count() == PEOPLE,
            seconds=60,
            what="not all accepted",
            workers=workers,
        )
    times = [entry.time for entry in simulator.accepted()]
    assert len(times) == PEOPLE
    # Slots are given out up to a second ahead, and on a busy machine what was given out may lag up
    # to another second behind; but a stretch never holds more than that beside its own worth.
    for first in range(0, PEOPLE, 25):
        for last in range(first + 25, PEOPLE, 25):
            seconds = (times[last] - times[first]).total_seconds()
            assert last - first <= RATE * (seconds + 2), (first, last, seconds)
