"""Message activity as CSV, row by row from a server-side cursor: memory stays flat."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from consent.csv_escape import inert
from sending.activity import words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.db.models import QuerySet

    from sending.models import Message

CHUNK = 2000


class _Echo:
    """Hands each written line on instead of keeping it."""

    def write(self, line: str) -> str:
        return line


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


def lines(messages: QuerySet[Message]) -> Iterator[str]:
    """The lines of the file, heading first; cells that a spreadsheet would compute are inert."""
    writer: Any = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(columns())
    rows = messages.select_related("contact", "campaign", "sender").iterator(chunk_size=CHUNK)
    for message in rows:
        yield writer.writerow([inert(cell) for cell in _cells(message)])


def _cells(message: Message) -> list[str]:
    campaign = message.campaign
    return [
        message.contact.number,
        message.contact.state,
        campaign.name if campaign else "",
        message.get_kind_display(),
        message.get_status_display(),
        words.reason(message),
        " ".join(words.limits(message.limits_hit, but=message.reason)),
        text_of(message),
        "" if message.segments is None else str(message.segments),
        message.sender.number if message.sender else "",
        message.sid,
        _moment(message.created_at),
        _moment(message.accepted_at),
        _moment(message.updated_at),
    ]


def text_of(message: Message) -> str:
    """The message's own text, else the campaign's, which it shares."""
    return message.body or (message.campaign.body if message.campaign else "")


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""
