"""The numbering plan: RULES.md section 1, against the shipped table."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from consent.numbering import (
    NumberError,
    NumberKind,
    NumberProblem,
    area_codes,
    mask,
    parse,
)

FLORIDA = (
    "239 305 321 324 352 386 407 448 561 645 656 689 727 728 754 772 786 813 850 863 904 941 954"
)
STATES = {
    "FL": FLORIDA,
    "OK": "405 539 572 580 918",
    "MD": "227 240 301 410 443 667",
    "OR": "458 503 541 971",
    "PA": "215 223 267 272 412 445 484 570 582 610 717 724 814 835 878",
    "PR": "787 939",
    "VI": "340",
    "GU": "671",
    "AS": "684",
    "MP": "670",
}
CANADA = (
    "204 226 236 249 250 257 263 289 306 343 354 365 367 368 382 403 416 418 428 431 437 438 450 "
    "468 474 506 514 519 548 579 581 584 587 604 613 639 647 672 683 705 709 742 753 778 780 782 "
    "807 819 825 867 873 879 902 905 942"
)
ELSEWHERE = {
    "AI": "264",
    "AG": "268",
    "BS": "242",
    "BB": "246",
    "BM": "441",
    "VG": "284",
    "KY": "345",
    "DM": "767",
    "DO": "809 829 849",
    "GD": "473",
    "JM": "658 876",
    "MS": "664",
    "SX": "721",
    "KN": "869",
    "LC": "758",
    "VC": "784",
    "TT": "868",
    "TC": "649",
}
UNKNOWN_TO_PHONENUMBERS = "357 436 457 465 471 483 621 624 679 729 837 861 924"
SEVERAL_ZONES = (
    "208 219 270 308 364 423 448 458 541 574 605 606 620 701 729 775 785 812 850 906 907 915 928 "
    "930 931 986"
)


def problem(text: str) -> NumberProblem:
    with pytest.raises(NumberError) as refused:
        parse(text)
    return refused.value.problem


@pytest.mark.parametrize(
    "spelling",
    [
        "+12395550123",
        "12395550123",
        "2395550123",
        "(239) 555-0123",
        "239-555-0123",
        "239.555.0123",
        "239 555 0123",
        "1-239-555-0123",
        "1 (239) 555 0123",
        "+1 239 555 0123",
        "+1 (239) 555-0123",
        "+1\u00a0239\u2011555\u20110123",
        "\u202a+12395550123\u202c",
        "\ufeff2395550123",
        "  2395550123\t",
        "tel:+1-239-555-0123",
        " TEL:+12395550123",
        "001 239 555 0123",
        "011 1 239 555 0123",
        "'+12395550123",
        "2395550123.0",
        "12395550123.00",
        "239/555/0123",
    ],
)
def test_every_common_spelling_is_the_same_number(spelling: str) -> None:
    number = parse(spelling)
    assert (number.e164, number.kind) == ("+12395550123", NumberKind.GEOGRAPHIC)
    assert (number.country, number.state, number.area_code) == ("US", "FL", "239")
    assert number.zones == ("America/New_York",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", NumberProblem.EMPTY),
        ("  -  ", NumberProblem.EMPTY),
        ("+", NumberProblem.EMPTY),
        ("1-800-FLOWERS", NumberProblem.LETTERS),
        ("239-555-0123 ext 4", NumberProblem.LETTERS),
        ("2.3955501E+09", NumberProblem.LETTERS),
        ("anonymous", NumberProblem.LETTERS),
        ("239555012", NumberProblem.TOO_SHORT),
        ("5550123", NumberProblem.TOO_SHORT),
        ("+1239555012", NumberProblem.TOO_SHORT),
        ("+44", NumberProblem.TOO_SHORT),
        ("23955501234", NumberProblem.TOO_LONG),
        ("123955501234", NumberProblem.TOO_LONG),
        ("+123955501234", NumberProblem.TOO_LONG),
        ("+4420794600181234", NumberProblem.TOO_LONG),
        ("1155550123", NumberProblem.AREA_CODE_UNASSIGNED),
        ("2115550123", NumberProblem.AREA_CODE_UNASSIGNED),
        ("9995550123", NumberProblem.AREA_CODE_UNASSIGNED),
        ("0305550123", NumberProblem.AREA_CODE_UNASSIGNED),
        ("5655550123", NumberProblem.AREA_CODE_NOT_IN_SERVICE),
        ("7615550123", NumberProblem.AREA_CODE_NOT_IN_SERVICE),
        ("2735550123", NumberProblem.AREA_CODE_NOT_IN_SERVICE),
        ("8225550123", NumberProblem.AREA_CODE_NOT_IN_SERVICE),
        ("8815550123", NumberProblem.AREA_CODE_NOT_IN_SERVICE),
        ("2390550123", NumberProblem.EXCHANGE),
        ("2391550123", NumberProblem.EXCHANGE),
        ("2399110123", NumberProblem.EXCHANGE),
        ("+2395550123", NumberProblem.UNKNOWN),
        ("+999123456789", NumberProblem.UNKNOWN),
        ("++12395550123", NumberProblem.UNKNOWN),
        ("239#5550123", NumberProblem.UNKNOWN),
        ("٢٣٩٥٥٥٠١٢٣", NumberProblem.UNKNOWN),
    ],
)
def test_what_is_no_number_says_why(text: str, expected: NumberProblem) -> None:
    assert problem(text) == expected


@pytest.mark.parametrize(
    "text", ["+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"]
)
def test_a_withheld_caller_is_no_number_of_another_country(text: str) -> None:
    assert problem(text) == NumberProblem.UNKNOWN


@pytest.mark.parametrize("state", STATES)
def test_the_states_and_territories_have_exactly_their_area_codes(state: str) -> None:
    codes = {c.code for c in area_codes().values() if c.state == state and c.in_service}
    assert codes == set(STATES[state].split())


def test_the_table_has_all_378_us_codes_in_service() -> None:
    us = [
        c
        for c in area_codes().values()
        if c.country == "US" and c.kind is NumberKind.GEOGRAPHIC and c.in_service
    ]
    assert len(us) == 378
    assert all(len(c.state) == 2 and c.zones for c in us)
    assert all(ZoneInfo(zone) for c in us for zone in c.zones)


@pytest.mark.parametrize("code", UNKNOWN_TO_PHONENUMBERS.split())
def test_working_codes_that_phonenumbers_lacks_are_us_numbers(code: str) -> None:
    number = parse(f"+1{code}5550123")
    assert (number.country, number.kind) == ("US", NumberKind.GEOGRAPHIC)
    assert number.state
    assert number.zones


@pytest.mark.parametrize("code", ["800", "833", "844", "855", "866", "877", "888"])
def test_toll_free_comes_before_everything_else(code: str) -> None:
    number = parse(f"{code}5550123")
    assert number.kind is NumberKind.TOLL_FREE
    assert (number.country, number.state, number.zones) == ("", "", ())


@pytest.mark.parametrize("code", ["900", "700", "500", "533", "710", "600", "622", "633"])
def test_service_numbers_are_neither_geographic_nor_of_a_state(code: str) -> None:
    number = parse(f"{code}5550123")
    assert (number.kind, number.state, number.zones) == (NumberKind.SERVICE, "", ())


@pytest.mark.parametrize("code", CANADA.split())
def test_canada_is_not_the_us(code: str) -> None:
    number = parse(f"{code}5550123")
    assert (number.country, number.state, number.zones) == ("CA", "", ())


def test_canada_has_no_other_code_in_service() -> None:
    table = area_codes().values()
    found = {c.code for c in table if c.country == "CA" and c.in_service and c.kind == "geographic"}
    assert found == set(CANADA.split())


@pytest.mark.parametrize("country", ELSEWHERE)
def test_the_caribbean_and_bermuda_are_countries_of_their_own(country: str) -> None:
    for code in ELSEWHERE[country].split():
        number = parse(f"{code}5550123")
        assert (number.country, number.kind) == (country, NumberKind.GEOGRAPHIC)
        assert number.state == ""


@pytest.mark.parametrize("code", SEVERAL_ZONES.split())
def test_a_code_that_spans_zones_has_all_of_them(code: str) -> None:
    assert len(area_codes()[code].zones) >= 2


@pytest.mark.parametrize(
    ("text", "zones"),
    [
        ("6895550123", {"America/New_York"}),  # Orlando; phonenumbers says Chicago
        ("8505550123", {"America/New_York", "America/Chicago"}),
        ("6025550123", {"America/Phoenix"}),
        ("9285550123", {"America/Phoenix", "America/Denver"}),
        ("9075550123", {"America/Anchorage", "America/Adak"}),
        ("7875550123", {"America/Puerto_Rico"}),
        ("6845550123", {"Pacific/Pago_Pago"}),
    ],
)
def test_the_zones_of_a_number_are_those_of_our_table(text: str, zones: set[str]) -> None:
    assert zones <= set(parse(text).zones)
    assert len(zones) == len(parse(text).zones)


@pytest.mark.parametrize(
    ("text", "e164", "country"),
    [
        ("+44 20 7946 0018", "+442079460018", "GB"),
        ("+44 (0)20 7946 0018", "+442079460018", "GB"),
        ("0044 20 7946 0018", "+442079460018", "GB"),
        ("011 44 20 7946 0018", "+442079460018", "GB"),
        ("+49 30 123456", "+4930123456", "DE"),
        ("+55 11 91234-5678", "+5511912345678", "BR"),
    ],
)
def test_foreign_numbers_need_their_country_code(text: str, e164: str, country: str) -> None:
    number = parse(text)
    assert (number.e164, number.country) == (e164, country)
    assert (number.kind, number.state, number.area_code) == (NumberKind.FOREIGN, "", "")


@pytest.mark.parametrize("text", ["+44 800 1111 222", "+49 900 1234567", "+800 1234 5678"])
def test_foreign_service_numbers_are_service_numbers(text: str) -> None:
    number = parse(text)
    assert number.kind is NumberKind.SERVICE
    assert len(number.country) in {0, 2}


@given(st.text(max_size=30))
@example("1" * 11)
@example("+" + "9" * 15)
def test_any_text_is_a_number_in_e164_or_refused(text: str) -> None:
    try:
        number = parse(text)
    except NumberError:
        return
    assert parse(number.e164) == number


@given(st.from_regex(r"[2-9][0-9]{2}[0-9]{7}", fullmatch=True))
def test_with_and_without_country_code_agree(digits: str) -> None:
    def outcome(text: str) -> object:
        try:
            return parse(text)
        except NumberError as error:
            return error.problem

    assert outcome(digits) == outcome("+1" + digits) == outcome(f"({digits[:3]}) {digits[3:]}")


def test_a_masked_number_cannot_be_used() -> None:
    assert mask("+12395550123") == "+1239•••0123"
    assert mask("+4412345") == "•••"
