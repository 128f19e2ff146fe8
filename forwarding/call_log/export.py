"""The log of calls as CSV, row by row from a server-side cursor: memory stays flat.

For who may see callers whole; see `accounts.roles`.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from accounts.csv_escape import Echo, inert
from forwarding.call_log import callers
from forwarding.models import Call
from forwarding.words import sentence
from sending.activity.export import CHUNK, moment_cell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet


def columns() -> list[str]:
    return [
        _("received (UTC)"),
        _("caller"),
        _("from"),
        _("country by the carrier"),
        _("called number"),
        _("decision"),
        _("reason"),
        _("forwarded to"),
        _("outcome"),
        _("seconds"),
        _("ended (UTC)"),
        _("carrier id"),
    ]


_FIELDS = (
    "received_at",
    "caller",
    "carrier_country",
    "called",
    "decision",
    "reason",
    "destination",
    "outcome",
    "seconds",
    "ended_at",
    "sid",
)


def lines(calls: QuerySet[Call]) -> Iterator[str]:
    """The lines of the file, heading first; cells that a spreadsheet would compute are inert."""
    writer: Any = csv.writer(Echo())
    yield "\ufeff" + writer.writerow(columns())
    told = _Told()
    for row in calls.values_list(*_FIELDS).iterator(chunk_size=CHUNK):
        yield writer.writerow(_cells(row, told))


class _Told:
    """Codes in words, each looked up once per file."""

    def __init__(self) -> None:
        self.decisions = {value: str(label) for value, label in Call.Decision.choices}
        self.outcomes = {value: str(label) for value, label in Call.Outcome.choices}
        self.reason = lru_cache(maxsize=100)(sentence)


def _cells(row: tuple[Any, ...], told: _Told) -> list[str]:
    received, caller, country, called, decision, reason = row[:6]
    destination, outcome, seconds, ended, sid = row[6:]
    return [
        moment_cell(received),
        inert(callers.shown(caller, whole=True)),
        callers.place_of(caller),
        inert(country),
        inert(called),
        told.decisions[decision],
        inert(told.reason(reason)),
        inert(destination),
        told.outcomes[outcome],
        "" if seconds is None else str(seconds),
        moment_cell(ended),
        inert(sid),
    ]
