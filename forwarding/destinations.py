"""What may be a forwarding number: a US geographic or toll-free number, and nothing else.

Pure: the area-code table decides (`consent.numbering`). Whether it is somebody's sender number is
asked by `forwarding.rules`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from consent.numbering import Number, NumberError, NumberKind, NumberProblem, parse

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Refusal(StrEnum):
    """Why a number cannot be forwarded to; each has a sentence of its own in `SENTENCES`."""

    EMPTY = "destination_empty"
    LETTERS = "destination_has_letters"
    TOO_SHORT = "destination_too_short"
    TOO_LONG = "destination_too_long"
    NO_NUMBER = "destination_no_number"
    UNASSIGNED = "destination_area_code_unassigned"
    NOT_IN_SERVICE = "destination_area_code_not_in_service"
    IMPOSSIBLE = "destination_impossible"
    CANADIAN = "destination_canadian"
    CARIBBEAN = "destination_caribbean"
    FOREIGN = "destination_foreign"
    PREMIUM = "destination_premium"
    SERVICE = "destination_service"
    ITSELF = "destination_itself"
    SENDER = "destination_is_a_sender"


SENTENCES: dict[Refusal, _StrPromise] = {
    Refusal.EMPTY: _("Enter the number that calls go to, such as (415) 555-0123."),
    Refusal.LETTERS: _(
        "Letters are not understood. Write the ten digits, without an extension or a word."
    ),
    Refusal.TOO_SHORT: _("This is too short. A US number has ten digits, area code first."),
    Refusal.TOO_LONG: _("This is too long. A US number has ten digits, area code first."),
    Refusal.NO_NUMBER: _("This is not a phone number. Write ten digits, such as (415) 555-0123."),
    Refusal.UNASSIGNED: _("Nobody has this area code. Check the first three digits."),
    Refusal.NOT_IN_SERVICE: _("This area code is not in service yet, so nobody answers there."),
    Refusal.IMPOSSIBLE: _(
        "No number is like this: the three digits after the area code begin with 2 to 9 and do "
        "not end in 11."
    ),
    Refusal.CANADIAN: _("This is a Canadian number. Calls are forwarded to US numbers only."),
    Refusal.CARIBBEAN: _(
        "This number is in the Caribbean or Bermuda, although it begins with +1. Calls are "
        "forwarded to US numbers only."
    ),
    Refusal.FOREIGN: _(
        "This number is in another country. Calls are forwarded to US numbers only."
    ),
    Refusal.PREMIUM: _("This is a premium number: each call would be charged. Choose another."),
    Refusal.SERVICE: _("This is a service number, which calls cannot be forwarded to."),
    Refusal.ITSELF: _("This is the toll-free number itself: calls would go round in circles."),
    Refusal.SENDER: _(
        "This number is used for sending with Tollgate: calls would go round in circles. Choose "
        "a number that a person answers."
    ),
}

_PROBLEMS = {
    NumberProblem.EMPTY: Refusal.EMPTY,
    NumberProblem.LETTERS: Refusal.LETTERS,
    NumberProblem.TOO_SHORT: Refusal.TOO_SHORT,
    NumberProblem.TOO_LONG: Refusal.TOO_LONG,
    NumberProblem.AREA_CODE_UNASSIGNED: Refusal.UNASSIGNED,
    NumberProblem.AREA_CODE_NOT_IN_SERVICE: Refusal.NOT_IN_SERVICE,
    NumberProblem.EXCHANGE: Refusal.IMPOSSIBLE,
    NumberProblem.UNKNOWN: Refusal.NO_NUMBER,
}
# Charged per call: the area code, and the exchange in any area code.
_PREMIUM_AREA, _PREMIUM_EXCHANGE = "900", "976"
_DIRECTORY_ASSISTANCE = "5551212"


class DestinationError(ValueError):
    """A text that is no number to forward to; ``refusal`` is the stable code."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


def checked(text: str, *, itself: str = "") -> str:
    """The number that ``text`` spells, in E.164. ``itself`` is the number that is forwarded.

    Raises `DestinationError`.
    """
    try:
        number = parse(text)
    except NumberError as error:
        raise DestinationError(_PROBLEMS[error.problem]) from None
    refusal = _refusal(number, itself)
    if refusal is not None:
        raise DestinationError(refusal)
    return number.e164


def _refusal(number: Number, itself: str) -> Refusal | None:
    if number.e164 == itself:
        return Refusal.ITSELF
    if not number.area_code:
        return Refusal.FOREIGN
    if number.area_code == _PREMIUM_AREA or number.e164[5:8] == _PREMIUM_EXCHANGE:
        return Refusal.PREMIUM
    if number.country == "CA":
        return Refusal.CANADIAN
    if number.e164.endswith(_DIRECTORY_ASSISTANCE):
        return Refusal.SERVICE
    # Before the country: those codes belong to the whole numbering plan.
    if number.kind is NumberKind.TOLL_FREE:
        return None
    if number.kind is not NumberKind.GEOGRAPHIC:
        return Refusal.SERVICE
    return None if number.country == "US" else Refusal.CARIBBEAN
