"""Contacts: one row per number and workspace, made when the number is first heard of."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from consent.models import Contact
from consent.numbering import Number, NumberError, NumberKind, NumberProblem, parse

# What to do about each problem; a page or a report puts the row or field before it.
PROBLEM_SENTENCES = {
    NumberProblem.EMPTY: _("The number is empty. Write it with its area code."),
    NumberProblem.LETTERS: _("The number has letters in it. Write digits only, no extension."),
    NumberProblem.TOO_SHORT: _("The number is too short. Write all digits, with the area code."),
    NumberProblem.TOO_LONG: _("The number is too long. Write one number; abroad, begin with +."),
    NumberProblem.AREA_CODE_UNASSIGNED: _("No such area code exists. Check the first digits."),
    NumberProblem.AREA_CODE_NOT_IN_SERVICE: _(
        "The area code is not in service yet. Check the first digits."
    ),
    NumberProblem.EXCHANGE: _(
        "No number has these three digits after the area code. Check the digits."
    ),
    NumberProblem.UNKNOWN: _("This is no number that can exist. Abroad, begin with + and country."),
}
KIND_CODES = {
    NumberKind.TOLL_FREE: "number_toll_free",
    NumberKind.SERVICE: "number_service",
}
KIND_SENTENCES = {
    NumberKind.TOLL_FREE: _("A toll-free number belongs to a business. Ask for a mobile number."),
    NumberKind.SERVICE: _("A service or premium number belongs to no person. Ask for a mobile."),
}


def read_number(text: str) -> Number:
    """The number of a person that ``text`` spells.

    Raises `ValidationError` whose code is the `NumberProblem`, ``number_toll_free`` or
    ``number_service``.
    """
    try:
        number = parse(text)
    except NumberError as error:
        raise ValidationError(PROBLEM_SENTENCES[error.problem], code=error.problem) from None
    refuse_businesses(number)
    return number


def refuse_businesses(number: Number) -> None:
    """Nobody consents with a toll-free or service number. Raises `ValidationError`."""
    if number.kind in KIND_CODES:
        raise ValidationError(KIND_SENTENCES[number.kind], code=KIND_CODES[number.kind])


def get_or_create(
    *, workspace: Workspace, number: str | Number, first_name: str = "", last_name: str = ""
) -> Contact:
    """The contact of this number, made if there is none; two callers at once get the same one.

    ``number`` is in any spelling. Names are those of a new contact; a known one keeps its own.
    Raises `ValidationError` as `read_number` does.
    """
    if isinstance(number, str):
        number = read_number(number)
    else:
        refuse_businesses(number)
    fresh = Contact(
        workspace=workspace,
        number=number.e164,
        first_name=first_name,
        last_name=last_name,
        country=number.country,
        state=number.state,
        area_code=number.area_code,
    )
    known = Contact.objects.filter(workspace=workspace, number=number.e164)
    found = known.first()
    if found is None:
        Contact.objects.bulk_create([fresh], ignore_conflicts=True)
        # A later statement sees the row that another transaction was first to insert.
        found = known.get()
    return found


def number_search(text: str, field: str = "number") -> dict[str, str]:
    """The look-up for what someone typed: a number in any spelling, or its first digits.

    Both are served by the index of numbers. Nothing typed finds everything.
    """
    try:
        return {field: parse(text).e164}
    except NumberError:
        digits = "".join(each for each in text if each in "0123456789")
    if not digits:
        return {field: text} if text.strip() else {}
    international = text.strip().startswith("+") or digits.startswith("1")
    return {f"{field}__startswith": f"+{digits}" if international else f"+1{digits}"}
