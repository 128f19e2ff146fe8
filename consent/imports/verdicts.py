"""Why a row was not accepted: a stable code, and a sentence that says what to do."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent.contacts import KIND_CODES, KIND_SENTENCES, PROBLEM_SENTENCES
from consent.imports.columns import FIELDS

ALREADY_KNOWN = "already_known"
OPTED_OUT = "opted_out"

SENTENCES: dict[str, str | Promise] = {
    **{problem.value: sentence for problem, sentence in PROBLEM_SENTENCES.items()},
    **{code: KIND_SENTENCES[kind] for kind, code in KIND_CODES.items()},
    "source_missing": gettext_lazy(
        "Nothing says how the consent was given. Write application, keyword, in person, "
        "phone call or web form."
    ),
    "source_unknown": gettext_lazy(
        "This source is not known. Write application, keyword, in person, phone call or web form."
    ),
    "time_missing": gettext_lazy("Write day and time of the consent, as 2026-01-31 14:05."),
    "time_unreadable": gettext_lazy("This is no day and time. Write it as 2026-01-31 14:05."),
    "time_ambiguous_order": gettext_lazy(
        "Day and month could be either. Choose their order for the whole file, or write "
        "2026-01-31 14:05."
    ),
    "time_ambiguous_clock": gettext_lazy(
        "This hour happened twice when the clocks were put back. Add the offset, as "
        "2026-11-01 01:30-05:00."
    ),
    "time_never_was": gettext_lazy(
        "This hour was skipped when the clocks were put forward. Check it, or add the offset."
    ),
    "time_in_future": gettext_lazy("This lies in the future. Check day, month and time zone."),
    "time_before_2000": gettext_lazy("This is before the year 2000. Check the year."),
    "answer_missing": gettext_lazy("There is no answer. Only rows that say yes are consent."),
    "answer_not_yes": gettext_lazy("The answer is not yes. Leave the person out."),
    "wording_unknown": gettext_lazy(
        "There is no wording with this id. Create it first, or write the text itself."
    ),
    "cell_too_long": gettext_lazy("This is too long. Shorten it."),
    "cell_unreadable": gettext_lazy("There is a zero character in the cell. Write it anew."),
    "row_too_many_cells": gettext_lazy(
        "The row has more cells than there are titles. Put cells that hold the delimiter in "
        "quotation marks."
    ),
    "row_quote_open": gettext_lazy(
        "A quotation mark in this row is not closed, so that the lines after it run into it. "
        "Close or remove it, and import those lines again."
    ),
    OPTED_OUT: gettext_lazy(
        "This person opted out. An import never brings anyone back; only their own new yes does."
    ),
    ALREADY_KNOWN: gettext_lazy("This consent is on record already, or stands above in the file."),
}

REMARKS: dict[str, str | Promise] = {
    "time_without_clock": gettext_lazy(
        "rows give a day without a time; the first moment of that day was taken."
    ),
    "time_without_zone": gettext_lazy(
        "rows name no time zone; the one chosen for the file was taken."
    ),
    "collector_missing": gettext_lazy(
        "rows in person or by phone do not say by whom; whoever collected the file is taken."
    ),
}


def field_title(field: str) -> str:
    """The field in words, in the reader's language."""
    return _("lines") if field == "lines" else str(FIELDS.get(field, field))


def sentence(*, row: int, code: str, field: str = "", value: str = "") -> str:
    """Names row and field, quotes the cell, says what to do; in the reader's language."""
    what = str(SENTENCES.get(code, code))
    if not field:
        return _("Row %(row)s: %(what)s") % {"row": row, "what": what}
    title = field_title(field)
    if not value:
        return _("Row %(row)s, %(field)s: %(what)s") % {"row": row, "field": title, "what": what}
    return _("Row %(row)s, %(field)s “%(value)s”: %(what)s") % {
        "row": row,
        "field": title,
        "value": value,
        "what": what,
    }
