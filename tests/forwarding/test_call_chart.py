"""The chart above the log of calls: its numbers are those of the rows, whatever is filtered."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.roles import Role
from forwarding.call_log import chart
from forwarding.models import Call
from tests.cast import Cast
from tests.forwarding.logged import LIST, call, call_to, days_ago, page, rang

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OUTCOMES = [outcome for outcome in Call.Outcome if outcome != Call.Outcome.NOT_FORWARDED]


def _at(days: float) -> dict[str, Any]:
    at = NOON - timedelta(days=days)
    return {"received_at": at, "logged_at": at}


def test_each_day_counts_its_calls_by_outcome(cast: Cast) -> None:
    for times, outcome in enumerate(OUTCOMES, start=1):
        for _each in range(times):
            call(cast, outcome=outcome, **_at(3))
    rang(cast, "+14165550101", "caller_canadian", **_at(29))
    call(cast, **_at(0))
    found = chart.of(workspace=cast.acme, now=NOON)
    assert len(found.labels) == 30
    names = [series.name for series in found.series]
    rows = {day: dict(zip(names, values, strict=True)) for day, values in found.rows}
    nothing = dict.fromkeys(names, 0)
    assert rows == {
        "2026-10-24 00:00": {**nothing, "Not forwarded": 1},
        "2026-11-19 00:00": {
            **nothing,
            **{str(outcome.label): times for times, outcome in enumerate(OUTCOMES, start=1)},
        },
        "2026-11-22 00:00": {**nothing, "Answered": 1},
    }


def test_every_outcome_has_its_bar() -> None:
    assert sorted(chart.ORDER) == sorted(Call.Outcome)


def test_a_day_begins_and_ends_at_midnight_utc(cast: Cast) -> None:
    midnight = NOON.replace(hour=0)
    for at in (midnight - timedelta(microseconds=1), midnight):
        call(cast, received_at=at, logged_at=at)
    first = midnight - timedelta(days=29)
    for at in (first - timedelta(microseconds=1), first):
        call(cast, received_at=at, logged_at=at)
    found = chart.counted(workspace=cast.acme, now=NOON)
    assert {day: dict(each) for day, each in found.items() if each} == {
        first: {"answered": 1},
        midnight - timedelta(days=1): {"answered": 1},
        midnight: {"answered": 1},
    }


def test_another_workspaces_calls_are_not_counted(cast: Cast) -> None:
    call_to(cast.rival_sender, **_at(1))
    found = chart.counted(workspace=cast.acme, now=NOON)
    assert sum(found.values(), Counter()) == {}


def test_it_is_one_statement_which_the_index_bounds(cast: Cast) -> None:
    call(cast)
    with CaptureQueriesContext(connection) as asked:
        chart.of(workspace=cast.acme, now=timezone.now())
    (query,) = asked.captured_queries
    with connection.cursor() as cursor:
        # With few rows a scan of the table is cheaper.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + query["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "calls_by_workspace" in plan
    bound = next(line for line in plan.splitlines() if "Index Cond" in line)
    assert "workspace_id" in bound
    assert "received_at" in bound


@pytest.mark.parametrize("role", Role)
def test_everyone_sees_it_and_it_follows_no_filter(cast: Cast, client: Client, role: Role) -> None:
    call(cast)
    call(cast, outcome="busy", **days_ago(1))
    rang(cast, "+14165550101", "caller_canadian", **days_ago(40))
    client.force_login(cast.members[role])
    told = (
        'aria-label="Calls a day in the last 30 days, whatever the list below is filtered by: '
        'Answered 1, Busy 1"'
    )
    for query in ({}, {"outcome__exact": "busy"}, {"day": "today"}):
        assert told in page(client, **query)
    assert "As a table" in page(client)


def test_its_numbers_are_those_of_the_rows(cast: Cast, client: Client) -> None:
    for outcome in OUTCOMES:
        call(cast, outcome=outcome, **days_ago(2))
    call(cast)
    client.force_login(cast.members[Role.ANALYST])
    context = client.get(LIST, {"day": "month"}).context
    shown = Counter(str(row.get_outcome_display()) for row in context["cl"].result_list)
    assert {each.name: each.total for each in context["chart"].series if each.total} == shown
