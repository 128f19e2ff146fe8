"""Numbers and the North American numbering plan, from the shipped area-code table.

``data/npa.csv`` holds every assigned area code: kind, country, state, time zones, in service or
not (source: NANPA's npa_report; see docs). It decides country, state and time zone of a +1 number;
`phonenumbers` does not know 13 working US area codes and is asked only about other countries.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

import phonenumbers


class NumberKind(StrEnum):
    GEOGRAPHIC = "geographic"
    TOLL_FREE = "toll_free"
    SERVICE = "service"  # 900, 600, 700 and their like
    FOREIGN = "foreign"  # outside +1


class NumberProblem(StrEnum):
    EMPTY = "number_empty"
    LETTERS = "number_has_letters"
    TOO_SHORT = "number_too_short"
    TOO_LONG = "number_too_long"
    AREA_CODE_UNASSIGNED = "area_code_unassigned"
    AREA_CODE_NOT_IN_SERVICE = "area_code_not_in_service"
    EXCHANGE = "exchange_impossible"
    UNKNOWN = "number_unknown"


@dataclass(frozen=True, slots=True)
class AreaCode:
    """One row of the table. ``country`` is ISO 3166, "US" for the territories too; "" for none.

    ``zones`` are IANA names: every zone that a number of this code may be in.
    """

    code: str
    kind: NumberKind
    country: str
    state: str
    zones: tuple[str, ...]
    in_service: bool


@dataclass(frozen=True, slots=True)
class Number:
    """A number that exists in its plan. ``area_code`` is empty outside +1."""

    e164: str
    kind: NumberKind
    country: str
    state: str
    area_code: str
    zones: tuple[str, ...]


class NumberError(ValueError):
    """A text that is no number; ``problem`` is the stable code."""

    def __init__(self, problem: NumberProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


_KINDS = {
    "geographic": NumberKind.GEOGRAPHIC,
    "toll_free": NumberKind.TOLL_FREE,
    "toll_free_reserved": NumberKind.TOLL_FREE,
    "non_geographic": NumberKind.SERVICE,
}


@lru_cache(maxsize=1)
def area_codes() -> dict[str, AreaCode]:
    """The whole table, by area code."""
    table: dict[str, AreaCode] = {}
    text = files("consent").joinpath("data/npa.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        country = "US" if row["country"] == "US-territory" else row["country"]
        kind = _KINDS[row["kind"]]
        geographic_us = kind is NumberKind.GEOGRAPHIC and country == "US"
        table[row["npa"]] = AreaCode(
            code=row["npa"],
            kind=kind,
            country="" if country == "NANP" else country,
            state=row["region_or_service"] if geographic_us else "",
            zones=tuple(zone for zone in row["conservative_iana_zones"].split("|") if zone),
            in_service=row["in_service"] == "Y",
        )
    return table


# What people put between digits; full-width and other scripts' digits are no common spelling.
_DECORATION = re.compile(
    r"[\s().\-/\u00ad\u2010-\u2015\u2212\u202a-\u202e\u2060\u2066-\u2069\u200b-\u200f\ufeff]+"
)
# A spreadsheet that took the number for a quantity: 2395550123.0
_AS_QUANTITY = re.compile(r"(\+?[0-9]{7,15})\.0+")
# An exchange is NXX with N from 2 to 9, and never N11.
_PLAIN = re.compile(r"(?:\+?1)?([2-9][0-9]{2})((?:[2-9](?!11)[0-9]{2})[0-9]{4})").fullmatch
# Keypad spellings of "anonymous", "restricted", "blocked", "unknown" and "unavailable" that
# carriers give as a caller's number. They look like numbers of Lesotho, Russia, Uganda and China.
_WITHHELD = frozenset({"266696687", "7378742833", "2562533", "8656696", "86282452253"})
_WITHHELD_WORDS = frozenset(
    {"", "anonymous", "restricted", "blocked", "private", "unknown", "unavailable", "withheld"}
)


def is_withheld(caller: str) -> bool:
    """Whether ``caller``, as a carrier gives it, says that the number is kept back.

    To be asked before `parse`, for a sentinel without its plus sign spells a number in Texas.
    Sources: Twilio's changelog on withheld caller ids, and the keypad sentinels before it.
    """
    said = caller.strip().casefold().removeprefix("sip:").partition("@")[0]
    return said in _WITHHELD_WORDS or said.removeprefix("+") in _WITHHELD


def parse(text: str) -> Number:
    """The number that ``text`` spells, in any common spelling; without "+" it is a +1 number.

    Raises `NumberError`.
    """
    plain = _PLAIN(text)
    if plain is not None:
        area = area_codes().get(plain[1])
        if area is not None and area.in_service:
            return _of_area(area, "+1" + plain[1] + plain[2])
    return _parse_spelling(text)


def _parse_spelling(text: str) -> Number:
    text = text.strip().lstrip("'")
    if text[:4].lower() == "tel:":
        text = text[4:]
    quantity = _AS_QUANTITY.fullmatch(text)
    digits = quantity[1] if quantity else _DECORATION.sub("", text)
    if not digits:
        raise NumberError(NumberProblem.EMPTY)
    international = digits.startswith("+")
    digits = digits.removeprefix("+")
    if not digits:
        raise NumberError(NumberProblem.EMPTY)
    if not digits.isascii() or not digits.isdigit():
        letters = any(character.isalpha() for character in digits)
        raise NumberError(NumberProblem.LETTERS if letters else NumberProblem.UNKNOWN)
    if not international:
        for prefix in ("011", "00"):
            if digits.startswith(prefix):
                digits = digits.removeprefix(prefix)
                international = True
                break
    if not international and len(digits) == 10:
        digits = "1" + digits
    if digits.startswith("1"):
        return _north_american(digits)
    if not international:
        raise NumberError(NumberProblem.TOO_SHORT if len(digits) < 10 else NumberProblem.TOO_LONG)
    return _foreign(digits)


def _north_american(digits: str) -> Number:
    if len(digits) != 11:
        raise NumberError(NumberProblem.TOO_SHORT if len(digits) < 11 else NumberProblem.TOO_LONG)
    area = area_codes().get(digits[1:4])
    if area is None:
        raise NumberError(NumberProblem.AREA_CODE_UNASSIGNED)
    if not area.in_service:
        raise NumberError(NumberProblem.AREA_CODE_NOT_IN_SERVICE)
    if _PLAIN(digits) is None:
        raise NumberError(NumberProblem.EXCHANGE)
    return _of_area(area, "+" + digits)


def _of_area(area: AreaCode, e164: str) -> Number:
    return Number(e164, area.kind, area.country, area.state, area.code, area.zones)


def _foreign(digits: str) -> Number:
    if len(digits) < 7:
        raise NumberError(NumberProblem.TOO_SHORT)
    if len(digits) > 15:
        raise NumberError(NumberProblem.TOO_LONG)
    if digits in _WITHHELD:
        raise NumberError(NumberProblem.UNKNOWN)
    try:
        parsed = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException:
        raise NumberError(NumberProblem.UNKNOWN) from None
    if not phonenumbers.is_valid_number(parsed):
        raise NumberError(NumberProblem.UNKNOWN)
    kind = (
        NumberKind.SERVICE
        if phonenumbers.number_type(parsed) in _FOREIGN_SERVICES
        else NumberKind.FOREIGN
    )
    return Number(
        e164=phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164),
        kind=kind,
        country=_country(phonenumbers.region_code_for_number(parsed)),
        state="",
        area_code="",
        zones=(),
    )


_FOREIGN_SERVICES = frozenset(
    {
        phonenumbers.PhoneNumberType.TOLL_FREE,
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.UAN,
        phonenumbers.PhoneNumberType.VOICEMAIL,
    }
)


def _country(region: str | None) -> str:
    """ISO 3166, or "" for the codes that belong to no country ("001")."""
    return region if region is not None and region.isalpha() else ""


_US_PLAN = re.compile(r"\+1([2-9][0-9]{2})([0-9]{3})([0-9]{4})").fullmatch


def national(e164: str) -> str:
    """``(415) 555-0123`` for a +1 number, as Americans write it; any other as it is."""
    parts = _US_PLAN(e164)
    return f"({parts[1]}) {parts[2]}-{parts[3]}" if parts else e164


def mask(number: str) -> str:
    """``+1239•••0123``: enough to recognise a number in a log, too little to use it."""
    return f"{number[:5]}•••{number[-4:]}" if len(number) > 9 else "•••"
