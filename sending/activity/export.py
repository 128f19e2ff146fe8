"""Message activity as CSV, row by row from a server-side cursor: memory stays flat."""

from __future__ import annotations

import csv
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from accounts.csv_escape import Echo, inert
from sending.activity import words
from sending.activity.texts import text_for
from sending.models import Message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.db.models import QuerySet

CHUNK = 2000


def columns() -> list[str]:
    return [
        _("number"),
        _("state"),
        _("campaign"),
        _("kind"),
        _("status"),
        _("reason"),
        _("also hit"),
        _("text"),
        _("segments"),
        _("sender"),
        _("carrier id"),
        _("queued (UTC)"),
        _("accepted (UTC)"),
        _("updated (UTC)"),
    ]


# Plain values rather than objects: half a million rows take a sixth of the time.
_FIELDS = (
    "contact__number",
    "contact__state",
    "campaign__name",
    "kind",
    "status",
    "reason",
    "error_code",
    "limits_hit",
    "body",
    "campaign__body",
    "contact__first_name",
    "contact__last_name",
    "segments",
    "sender__number",
    "sid",
    "created_at",
    "accepted_at",
    "updated_at",
)


def lines(messages: QuerySet[Message]) -> Iterator[str]:
    """The lines of the file, heading first; cells that a spreadsheet would compute are inert."""
    writer: Any = csv.writer(Echo())
    yield "\ufeff" + writer.writerow(columns())
    told = _Told()
    for row in messages.values_list(*_FIELDS).iterator(chunk_size=CHUNK):
        yield writer.writerow(_cells(row, told))


class _Told:
    """Codes in words, each looked up once per file."""

    def __init__(self) -> None:
        self.kinds = {value: str(label) for value, label in Message.Kind.choices}
        self.statuses = {value: str(label) for value, label in Message.Status.choices}
        self.reason = lru_cache(maxsize=1000)(words.of_codes)
        self.also = lru_cache(maxsize=1000)(_also)


def _also(limits: str, reason: str) -> str:
    return " ".join(words.limits(limits, but=reason))


def _cells(row: tuple[Any, ...], told: _Told) -> list[str]:
    number, state, campaign, kind, status, reason, error, limits = row[:8]
    body, shared, first_name, last_name, segments, sender, sid, *moments = row[8:]
    names = {"first_name": first_name, "last_name": last_name}
    return [
        inert(number),
        state,
        inert(campaign or ""),
        told.kinds[kind],
        told.statuses[status],
        told.reason(reason, error),
        told.also(limits, reason),
        inert(text_for(own=body, template=shared or "", names=names)),
        "" if segments is None else str(segments),
        inert(sender or ""),
        inert(sid),
        *(moment_cell(moment) for moment in moments),
    ]


def moment_cell(moment: datetime | None) -> str:
    """``2026-11-22 16:00:00``, in UTC, which spreadsheets read as a time."""
    return moment.isoformat(sep=" ", timespec="seconds")[:19] if moment else ""
