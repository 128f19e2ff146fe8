"""Workers killed with -9 again and again while a campaign goes out: nobody twice, nobody lost."""

from __future__ import annotations

import time
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from sending.campaigns import drafts, moves
from sending.dispatch.admit import MESSAGES_A_ROUND
from sending.models import CarrierAccount, Message, SenderNumber
from tests.cast import Cast
from tests.faults.audience import opt_in_many
from tests.faults.workers import LEASE_SECONDS, Workers, wait_until
from tests.simulator import Simulator

PEOPLE = 20_000
KILLS = 6
PROCESSES = 2


@pytest.mark.faults
@pytest.mark.xdist_group("faults")
@pytest.mark.django_db(transaction=True)
def test_nobody_is_texted_twice_and_nobody_is_lost(
    cast: Cast, simulator: Simulator, tmp_path: Path
) -> None:
    CarrierAccount.objects.update(api_url=simulator.url)
    SenderNumber.objects.update(rate=Decimal(1000))
    opt_in_many(cast.offers, PEOPLE, area_code="216", state="OH")
    campaign = drafts.create(
        workspace=cast.acme, name="Spring", purpose=cast.offers, body="Spring sale"
    )
    moves.start(campaign=campaign)
    workers = Workers(tmp_path / "workers.log", processes=PROCESSES)
    try:
        for _ in range(KILLS):
            before = len(simulator.accepted())
            workers.start()
            wait_until(
                lambda before=before: len(simulator.accepted()) > before + 300,
                seconds=60,
                what="the workers sent nothing",
                workers=workers,
            )
            time.sleep(0.2)
            workers.kill()
        left = Message.objects.filter(status__in=["queued", "sending"]).count()
        assert left > 0, "everything was out before the last kill: nothing was proven"
        workers.start()
        wait_until(
            lambda: (
                not Message.objects.filter(status__in=["queued", "sending"]).exists()
                and Message.objects.count() == PEOPLE
            ),
            seconds=120 + LEASE_SECONDS,
            what="not all settled",
            workers=workers,
        )
    finally:
        workers.kill()

    accepted = Counter(entry.to for entry in simulator.accepted())
    assert set(accepted.values()) == {1}, "somebody got it twice"
    fates = dict(Message.objects.values_list("contact__number", "status"))
    assert len(fates) == PEOPLE
    assert set(fates.values()) == {"accepted", "unknown"}
    told = {number for number, status in fates.items() if status == "accepted"}
    unknown = fates.keys() - told
    assert told <= accepted.keys(), "said to be accepted, but the carrier knows nothing of it"
    assert fates.keys() - accepted.keys() <= unknown, "somebody is lost without being reported"
    # At most what each process had in hand at each kill.
    assert 0 < len(unknown) <= (KILLS + 1) * PROCESSES * MESSAGES_A_ROUND
