"""Released and chosen at the same moment: a released number is never the sender."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.models import JournalEntry
from accounts.roles import Role
from sending import preferences, senders
from sending.models import SenderNumber
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 25


@pytest.fixture
def cast() -> Cast:
    return Cast.assemble()


def test_a_number_released_while_it_is_chosen_is_not_the_sender(cast: Cast) -> None:
    owner = cast.members[Role.OWNER]
    preferences.set_us_sender(workspace=cast.acme, sender=None)
    numbers = [
        SenderNumber.objects.create(
            workspace=cast.acme,
            account=cast.sender.account,
            number=f"+1877555{turn:04d}",
            kind="toll_free",
        )
        for turn in range(ROUNDS)
    ]
    barrier = Barrier(3)

    def choose() -> None:
        try:
            for number in numbers:
                barrier.wait(timeout=30)
                try:
                    preferences.set_us_sender(workspace=cast.acme, sender=number)
                except ValidationError as refused:
                    assert refused.code == "sender_not_usable"  # noqa: PT017
                barrier.wait(timeout=30)
        finally:
            connection.close()

    def release() -> None:
        try:
            for number in numbers:
                barrier.wait(timeout=30)
                senders.release(sender=number, actor=owner, reason="Race")
                barrier.wait(timeout=30)
        finally:
            connection.close()

    wrong = []
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(choose), pool.submit(release)]
        for number in numbers:
            barrier.wait(timeout=30)
            barrier.wait(timeout=30)
            if preferences.ensure(cast.acme).us_sender_id == number.pk:
                wrong.append(number.number)
        for done in running:
            done.result()
    assert wrong == []
    assert JournalEntry.objects.count() == ROUNDS
