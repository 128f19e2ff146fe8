"""Times in opt-in files: read in one way only, or refused."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.imports.times import TimeError, read_time, shows_order

NEW_YORK = ZoneInfo("America/New_York")


def utc(text: str, order: str = "", zone: ZoneInfo | None = None) -> str:
    moment, _remark = read_time(text, zone=zone or ZoneInfo("UTC"), order=order)
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def problem(text: str, order: str = "", zone: ZoneInfo = NEW_YORK) -> str:
    with pytest.raises(TimeError) as refused:
        read_time(text, zone=zone, order=order)
    return refused.value.code


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T14:05:00Z",
        "2026-01-31 14:05:00+00:00",
        "2026-01-31 14:05",
        "2026-01-31T09:05:00-05:00",
        "2026-01-31 14:05:00.000",
        "2026-01-31 14:05 UTC",
        "2026/01/31 14:05",
        "31.01.2026 14:05",
        "31.1.2026, 14:05:00",
        "31/01/2026 14:05",
        "01/31/2026 2:05 PM",
        "1/31/2026 2:05:00 pm",
        "31-01-2026 14:05",
        " 2026-01-31 14:05 ",
        "31.01.2026 15:05 +01:00",
    ],
)
def test_one_moment_in_many_spellings(text: str) -> None:
    assert utc(text) == "2026-01-31 14:05:00"


def test_a_time_without_a_zone_is_in_the_zone_of_the_file() -> None:
    assert utc("2026-01-31 14:05", zone=NEW_YORK) == "2026-01-31 19:05:00"
    assert utc("2026-07-31 14:05", zone=NEW_YORK) == "2026-07-31 18:05:00"


@pytest.mark.parametrize("text", ["01/02/2026", "1/2/2026 10:00", "01-02-2026 10:00:00"])
def test_day_and_month_that_could_be_either_are_refused(text: str) -> None:
    assert problem(text) == "time_ambiguous_order"
    assert utc(text, "dmy").startswith("2026-02-01")
    assert utc(text, "mdy").startswith("2026-01-02")


def test_what_is_the_same_either_way_needs_no_order() -> None:
    assert utc("02/02/2026 10:00") == "2026-02-02 10:00:00"


def test_a_date_that_proves_its_own_order_overrules_the_one_of_the_file() -> None:
    assert utc("31/01/2026 10:00", "mdy") == "2026-01-31 10:00:00"


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("31/01/2026", "dmy"),
        ("01/31/2026", "mdy"),
        ("01/02/2026", ""),
        ("31.01.2026", ""),
        ("x", ""),
    ],
)
def test_a_date_shows_the_order_only_if_it_proves_it(text: str, order: str) -> None:
    assert shows_order(text) == order


def test_the_hour_that_happens_twice_is_refused_and_its_offset_settles_it() -> None:
    assert problem("2026-11-01 01:30") == "time_ambiguous_clock"
    assert utc("2026-11-01 01:30-04:00", zone=NEW_YORK) == "2026-11-01 05:30:00"
    assert utc("2026-11-01 01:30-05:00", zone=NEW_YORK) == "2026-11-01 06:30:00"
    assert utc("2026-11-01 02:00", zone=NEW_YORK) == "2026-11-01 07:00:00"


def test_the_hour_that_never_was_is_refused() -> None:
    assert problem("2026-03-08 02:30") == "time_never_was"
    assert utc("2026-03-08 03:00", zone=NEW_YORK) == "2026-03-08 07:00:00"


@pytest.mark.parametrize("text", ["2026-01-31", "31.01.2026"])
def test_a_day_without_a_time_is_its_first_moment_and_remarked(text: str) -> None:
    moment, remark = read_time(text, zone=NEW_YORK, order="")
    assert moment == datetime(2026, 1, 31, tzinfo=NEW_YORK)
    assert remark == "time_without_clock"


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2026-13-01 10:00",
        "2026-02-30 10:00",
        "31/31/2026",
        "1/2/26",
        "45321.5",
        "13:45",
        "2026-01-31 25:00",
        "01/31/2026 14:05 PM",
        "2026-01-31 14:05 EST",
        "31.01.2026 14:05 +99:99",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    assert problem(text, "mdy") == "time_unreadable"


@given(st.text(max_size=40))
def test_any_text_is_a_time_with_a_zone_or_refused(text: str) -> None:
    try:
        moment, _remark = read_time(text, zone=NEW_YORK, order="dmy")
    except TimeError:
        return
    assert moment.tzinfo is not None
