"""Finds phone numbers in any text and masks them. Needs no settings: any process may use it.

Careful in both directions: a number in any spelling that people or programs use is masked; times,
ids, ports, addresses and sizes are left, for a log that hides them is of no use.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from typing import TYPE_CHECKING

import phonenumbers

from consent.numbering import mask

if TYPE_CHECKING:
    from types import TracebackType

# Between digits: blanks (also as in a web address or a form), dots, hyphens, slashes, brackets.
_GAP = r"(?:[^\S\r\n]|[.\-/()]|%20|%28|%29)"
_FORM_GAP = rf"(?:{_GAP}|\+)"
NUMBER = re.compile(
    rf"""
      (?:\+|%2B) [1-9] \d{{6,14}} (?!\d)
    | (?:\+|%2B) 1 {_FORM_GAP}{{0,3}} \d{{3}} {_FORM_GAP}{{0,3}} \d{{3}} {_FORM_GAP}{{0,3}} \d{{4}}
      (?!\d)
    | (?:\+|%2B) (?P<abroad> [1-9] (?: {_FORM_GAP}{{0,3}} \d ){{6,14}} ) (?!\d)
    # 10 or 11 digits of the American plan, grouped by blanks or not at all.
    | (?<![\w.]) (?:1[\s.\-]?)? (?:\(|%28)? [2-9]\d{{2}} (?:\)|%29)? (?:[\s.\-]|%20|\+){{0,2}}
      [2-9]\d{{2}} (?:[\s.\-]|%20|\+)? \d{{4}} (?!\w)
    # The same with brackets, hyphens, slashes: nothing else looks so, whatever the digits.
    | (?<![\w.]) (?:1[\s.\-/]?)? (?:\(|%28) \d{{3}} (?:\)|%29) {_FORM_GAP}{{0,3}}
      \d{{3}} {_FORM_GAP}{{0,3}} \d{{4}} (?!\w)
    | (?<![\w.\-/]) (?:1[\s.\-/]?)? [2-9]\d{{2}} [ ]?[\-/][ ]? \d{{3}} [ ]?[\-/ .][ ]? \d{{4}}
      (?!\w)
    # Abroad, as dialled in most countries and in America.
    | (?<![\w.:\-/]) (?:00|011) {_GAP}? (?P<dialled> [1-9] (?: {_GAP}{{0,3}} \d ){{6,14}} )
      (?![\w\-])
    # Abroad, digits only, and no size.
    | (?<![\w.:\-/]) (?P<bare> [2-9] \d{{10,14}} ) (?! \w | \.\d | \s?(?:bytes|[kKMGT]?i?B)\b )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_GROUP = re.compile(r"(?:%[0-9A-F]{2}|[^\d%])*\d+", re.IGNORECASE)
_plain = logging.Formatter()


def mask_numbers(text: str) -> str:
    """``text`` with every phone number in it masked."""
    return NUMBER.sub(_masked, text)


def _masked(match: re.Match[str]) -> str:
    spelt = match["abroad"] or match["dialled"] or match["bare"]
    if spelt is None:
        digits = _digits(match.group())
        return mask("+" + ("1" + digits if len(digits) == 10 else digits))
    # Digits behind the number, as in "+44 7700 900123 200 ms", look like one more group of it.
    ends = [group.end() for group in _GROUP.finditer(spelt)]
    for end in reversed(ends):
        if _possible(_digits(spelt[:end])):
            return mask("+" + _digits(spelt[:end])) + spelt[end:]
    return mask("+" + _digits(spelt)) if match["abroad"] else match.group()


def _digits(text: str) -> str:
    return re.sub(r"%[0-9A-F]{2}|\D", "", text, flags=re.IGNORECASE)


def _possible(digits: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse("+" + digits))
    except phonenumbers.NumberParseException:
        return False


class MaskNumbers(logging.Filter):
    """Masks numbers in a record's message, arguments, exception and stack."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask_numbers(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = _plain.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = mask_numbers(record.exc_text)
        if record.stack_info:
            record.stack_info = mask_numbers(record.stack_info)
        return True


def mask_tracebacks() -> None:
    """From now on mask numbers in what Python prints of an error that nobody caught."""
    sys.excepthook = _print
    threading.excepthook = _print_of_thread


def _print(kind: type[BaseException], error: BaseException, trace: TracebackType | None, /) -> None:
    lines = traceback.format_exception(kind, error, trace)
    sys.stderr.write(mask_numbers("".join(lines)))


def _print_of_thread(arguments: threading.ExceptHookArgs, /) -> None:
    if arguments.exc_value is not None and arguments.exc_type is not SystemExit:
        _print(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
