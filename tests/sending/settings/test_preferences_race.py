"""Changes made at the same moment have one order, and the journal tells it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from accounts.models import JournalEntry
from accounts.roles import Role
from sending import preferences
from sending.models import FrequencyLaw, SenderPreferences
from tests.cast import Cast

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db(transaction=True)

THREADS, ROUNDS = 8, 12


@pytest.fixture
def cast() -> Cast:
    """Assembled for each test: tests with real transactions empty the tables."""
    return Cast.assemble()


def _all_at_once(change: Callable[[int], object]) -> None:
    barrier = Barrier(THREADS)

    def one(number: int) -> None:
        try:
            for turn in range(ROUNDS):
                barrier.wait(timeout=30)
                change(number + turn)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(one, number) for number in range(THREADS)]:
            done.result()


def _chain(kind: JournalEntry.Kind) -> list[tuple[str, str]]:
    entries = JournalEntry.objects.filter(kind=kind).order_by("id")
    return list(entries.values_list("old", "new"))


def test_the_journal_of_the_window_is_an_unbroken_chain(cast: Cast) -> None:
    owner = cast.members[Role.OWNER]
    _all_at_once(
        lambda number: preferences.set_smart_sending(
            workspace=cast.acme, on=True, hours=1 + number % 7, actor=owner, reason="Race"
        )
    )
    chain = _chain(JournalEntry.Kind.SMART_SENDING)
    assert len(chain) > 1
    before = "24 hours"
    for old, new in chain:
        assert old == before
        assert new != old
        before = new
    row = SenderPreferences.objects.get(workspace=cast.acme)
    assert before == preferences.smart_sending_in_words(on=True, hours=row.smart_sending_hours)


def test_the_journal_of_state_law_limits_is_an_unbroken_chain(cast: Cast) -> None:
    owner = cast.members[Role.OWNER]
    _all_at_once(
        lambda number: preferences.set_state_law_limits(
            workspace=cast.acme, on=bool(number % 2), actor=owner, reason="Race"
        )
    )
    chain = _chain(JournalEntry.Kind.STATE_LAW)
    assert chain[:2] == [("on", "off"), ("off", "on")]
    assert all(older[1] == newer[0] for older, newer in pairwise(chain))
    assert (chain[-1][1] == "on") is preferences.ensure(cast.acme).state_law_limits


def test_two_first_choices_of_a_law_make_one_choice_and_one_entry(cast: Cast) -> None:
    law, _ = FrequencyLaw.objects.get_or_create(
        state="OR",
        starts_on="2026-01-01",
        defaults={"on_by_default": False, "citation": "ORS 646.563(1)(b)", "source": "test"},
    )
    owner = cast.members[Role.OWNER]
    _all_at_once(
        lambda number: preferences.set_law_choice(
            workspace=cast.acme, law=law, applied=True, actor=owner, reason="Race"
        )
    )
    assert _chain(JournalEntry.Kind.STATE_LAW) == [("off", "on")]


def test_a_missing_row_is_made_once_by_many(cast: Cast) -> None:
    SenderPreferences.objects.filter(workspace=cast.acme).delete()
    _all_at_once(lambda number: preferences.ensure(cast.acme))
    assert SenderPreferences.objects.filter(workspace=cast.acme).count() == 1
