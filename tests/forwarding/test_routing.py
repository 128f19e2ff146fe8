"""Who is forwarded: every kind of caller, and every state of the line."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.numbering import national
from forwarding import words
from forwarding.routing import Decision, Line, Reason, Routing, route

DESTINATION = "+14155550123"
SET_UP = Line(ours=True, destination=DESTINATION)
TABLE = list(csv.DictReader(files("consent").joinpath("data/npa.csv").read_text().splitlines()))


def says_us(row: dict[str, str]) -> bool:
    """A place in the United States or one of its territories, by the table itself."""
    return row["kind"] == "geographic" and row["country"] in {"US", "US-territory"}


def test_the_table_is_whole() -> None:
    assert len(TABLE) == 497
    assert sum(says_us(row) for row in TABLE) == 380


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["npa"])
def test_each_area_code_is_forwarded_exactly_where_the_table_says_us(row: dict[str, str]) -> None:
    found = route(f"+1{row['npa']}5550123", SET_UP)
    if says_us(row):
        assert found == Routing(Decision.FORWARD, Reason.US_CALLER, DESTINATION)
    else:
        assert found.decision is Decision.RING
        assert found.destination == ""


@pytest.mark.parametrize(
    ("caller", "reason"),
    [
        ("+12395550123", Reason.US_CALLER),
        ("+12025550123", Reason.US_CALLER),  # DC
        ("+17875550123", Reason.US_CALLER),  # Puerto Rico
        ("+13405550123", Reason.US_CALLER),  # US Virgin Islands
        ("+16715550123", Reason.US_CALLER),  # Guam
        ("+16845550123", Reason.US_CALLER),  # American Samoa
        ("+16705550123", Reason.US_CALLER),  # Northern Mariana Islands
        ("+14575550123", Reason.US_CALLER),  # in service, unknown to phonenumbers
        ("+14165550123", Reason.CANADIAN),
        ("+16005550123", Reason.CANADIAN),  # its non-geographic codes
        ("+18765550123", Reason.CARIBBEAN),
        ("+14415550123", Reason.CARIBBEAN),
        ("+18885550123", Reason.TOLL_FREE),
        ("+18225550123", Reason.TOLL_FREE),  # reserved
        ("+19005550123", Reason.SERVICE),
        ("+15005550123", Reason.SERVICE),
        ("+17105550123", Reason.SERVICE),
        ("+12215550123", Reason.AREA_CODE_UNASSIGNED),
        ("+442079460958", Reason.OTHER_COUNTRY),
        ("+5511955550123", Reason.OTHER_COUNTRY),
        # Withheld, in the words and in the keypad spellings that carriers give.
        ("", Reason.WITHHELD),
        ("anonymous", Reason.WITHHELD),
        ("Anonymous", Reason.WITHHELD),
        ("restricted", Reason.WITHHELD),
        ("unavailable", Reason.WITHHELD),
        ("sip:anonymous@anonymous.invalid", Reason.WITHHELD),
        ("+266696687", Reason.WITHHELD),  # reads like Lesotho
        ("+7378742833", Reason.WITHHELD),  # reads like Russia
        ("7378742833", Reason.WITHHELD),  # reads like Texas
        ("+2562533", Reason.WITHHELD),  # reads like Uganda
        ("+8656696", Reason.WITHHELD),  # reads like China
        ("+86282452253", Reason.WITHHELD),  # reads like China
        # No number that a carrier gives.
        ("2395550123", Reason.UNREADABLE),  # without a plus sign, who knows of which country
        ("12395550123", Reason.UNREADABLE),
        ("+1239555012", Reason.UNREADABLE),
        ("+123955501234", Reason.UNREADABLE),
        ("+12390550123", Reason.UNREADABLE),  # no exchange begins with 0
        ("+12399110123", Reason.UNREADABLE),  # nor ends in 11
        ("client:alice", Reason.UNREADABLE),
        ("sip:alice@example.com", Reason.UNREADABLE),
        ("+1239555O123", Reason.UNREADABLE),
        ("+１２３９５５５０１２３", Reason.UNREADABLE),
        ("+12395550123\n", Reason.UNREADABLE),
        ("+12395550123 or so", Reason.UNREADABLE),
    ],
)
def test_what_a_caller_is(caller: str, reason: Reason) -> None:
    found = route(caller, SET_UP)
    assert found.reason is reason
    assert (found.decision is Decision.FORWARD) == (reason is Reason.US_CALLER)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (Line(), Reason.NUMBER_NOT_OURS),
        (Line(ours=True), Reason.NO_RULE),
        (Line(ours=True, released=True, destination=DESTINATION), Reason.NUMBER_RELEASED),
        (
            Line(ours=True, destination=DESTINATION, looped=True),
            Reason.DESTINATION_IS_A_SENDER,
        ),
    ],
)
@pytest.mark.parametrize("caller", ["+12395550123", "+14165550123", "anonymous"])
def test_a_line_that_cannot_forward_rings_for_every_caller(
    line: Line, reason: Reason, caller: str
) -> None:
    assert route(caller, line) == Routing(Decision.RING, reason)


@given(st.text(max_size=20))
def test_whatever_is_no_us_number_rings(caller: str) -> None:
    found = route(caller, SET_UP)
    assert found.decision is Decision.RING or (
        caller.startswith("+1") and len(caller) == 12 and caller[1:].isascii()
    )


@given(st.text(max_size=20))
def test_without_a_rule_nobody_is_forwarded(caller: str) -> None:
    assert route(caller, Line(ours=True)).decision is Decision.RING


def test_every_reason_has_a_sentence_of_its_own() -> None:
    assert set(words.SENTENCES) == set(Reason)
    assert len({str(sentence) for sentence in words.SENTENCES.values()}) == len(Reason)
    assert words.sentence("of_another_release") == "of_another_release"


def test_a_number_is_written_as_americans_do() -> None:
    assert national("+14155550123") == "(415) 555-0123"
    assert national("+442079460958") == "+442079460958"
