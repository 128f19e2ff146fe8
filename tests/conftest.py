"""The database, and the fixed cast that every test knows (`tests/cast.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pgtrigger
import pytest

from forwarding import database
from tests.cast import Cast
from tests.simulator import simulator

__all__ = ["simulator"]

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.plugin import DjangoDbBlocker

NEVER_TRUNCATED = (
    "accounts.JournalEntry:journal_is_never_truncated",
    "consent.ConsentRecord:record_is_never_truncated",
    "forwarding.Call:calls_are_never_truncated",
    "sending.Decision:decision_is_never_truncated",
)


# Tests that start browsers or processes run one after another, whatever else runs beside them.
ONE_AT_A_TIME = {"browser", "faults"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if ONE_AT_A_TIME & {marker.name for marker in item.iter_markers()}:
            item.add_marker(pytest.mark.xdist_group("processes"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let Django empty the tables after real transactions; tests of TRUNCATE re-enable."""
    with django_db_blocker.unblock():
        pgtrigger.disable(*NEVER_TRUNCATED)
        yield
        pgtrigger.enable(*NEVER_TRUNCATED)
        # Connections of their own, which would keep the database from being dropped.
        database.calls.forget()


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast.assemble()
