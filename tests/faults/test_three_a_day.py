"""Ten campaigns to the same Florida numbers at once: nobody gets a fourth text in a day."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sending.campaigns import drafts, moves
from sending.carriers.simulator.log import Entry
from sending.models import CarrierAccount, Message, SenderNumber, SenderPreferences
from tests.cast import Cast
from tests.faults.audience import opt_in_many
from tests.faults.workers import Workers, wait_until, working
from tests.simulator import Simulator

PEOPLE = 1000
CAMPAIGNS = 10
PROCESSES = 8


def release_campaigns(cast: Cast, simulator: Simulator, *, people: int) -> None:
    """As many campaigns as senders, so that the workers meet at the contacts and nowhere else."""
    CarrierAccount.objects.update(api_url=simulator.url)
    SenderPreferences.objects.update(smart_sending=False)
    opt_in_many(cast.offers, people, area_code="239")
    for number in range(CAMPAIGNS):
        sender = SenderNumber.objects.create(
            workspace=cast.acme,
            account=cast.sender.account,
            number=f"+1888555{1000 + number}",
            kind=SenderNumber.Kind.TOLL_FREE,
            verification=SenderNumber.Verification.VERIFIED,
            rate=Decimal(1000),
        )
        moves.start(
            campaign=drafts.create(
                workspace=cast.acme,
                name=f"Campaign {number}",
                purpose=cast.offers,
                body=f"Offer {number}",
                sender=sender,
            )
        )


def all_settled(people: int) -> bool:
    under_way = Message.objects.filter(status__in=["queued", "sending"])
    return Message.objects.count() == people * CAMPAIGNS and not under_way.exists()


@pytest.mark.faults
@pytest.mark.xdist_group("faults")
@pytest.mark.django_db(transaction=True)
def test_three_thousand_are_accepted_and_never_four_in_a_window(
    cast: Cast, simulator: Simulator, tmp_path: Path
) -> None:
    release_campaigns(cast, simulator, people=PEOPLE)
    workers = Workers(tmp_path / "workers.log", processes=PROCESSES)
    workers.wake_all()
    with working(workers):
        wait_until(
            lambda: all_settled(PEOPLE), seconds=180, what="not all settled", workers=workers
        )

    accepted = simulator.accepted()
    assert len(accepted) == 3 * PEOPLE
    assert set(Counter(entry.to for entry in accepted).values()) == {3}
    assert_never_four_in_a_window(accepted)
    assert Message.objects.filter(status="accepted").count() == 3 * PEOPLE
    assert Message.objects.filter(reason="state_law").count() == (CAMPAIGNS - 3) * PEOPLE
    # The lock alone sufficed: the statement that only moves an unchanged window, and the trigger
    # behind it, had nothing to refuse.
    assert "WindowConflictError" not in workers.said()
    assert "a fourth promotional message" not in workers.said()


@pytest.mark.faults
@pytest.mark.xdist_group("faults")
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_workers_collide(
    cast: Cast, simulator: Simulator, tmp_path: Path
) -> None:
    """The test above fails without the lock: its last check but one is what is shown here.

    The workers are the same but for the lock. What keeps the fourth message back then is the
    statement that moves only an unchanged window, and it says so.
    """
    release_campaigns(cast, simulator, people=PEOPLE)
    workers = Workers(
        tmp_path / "workers.log", processes=PROCESSES, program="tests.faults.without_lock"
    )
    workers.wake_all()
    with working(workers):
        wait_until(
            lambda: "WindowConflictError" in workers.said() or all_settled(PEOPLE),
            seconds=180,
            what="no collision",
            workers=workers,
        )
    assert "WindowConflictError" in workers.said()


def assert_never_four_in_a_window(accepted: list[Entry]) -> None:
    times: dict[str, list[datetime]] = defaultdict(list)
    for entry in accepted:
        times[entry.to].append(entry.time)
    for number, moments in times.items():
        moments.sort()
        for first, fourth in zip(moments, moments[3:], strict=False):
            assert fourth - first > timedelta(hours=24), number
