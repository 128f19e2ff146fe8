"""Fetches what the gate decides from. The only part of the gate that knows the database."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import orjson
from django.db import connection

from consent.numbering import AreaCode, NumberError, NumberKind, area_codes, parse
from sending.gate.facts import Consent, Facts, Policy, limits_by_state
from sending.law.frequency import FrequencyLimit
from sending.models import FrequencyLaw, LawChoice, PolicySnapshot, SenderPreferences

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

_OPTED_OUT = Consent.OPTED_OUT.value
_NONE = Consent.NONE.value


class ContactRow(NamedTuple):
    """What the contact's own row says."""

    id: int
    number: str
    opted_out_at: datetime | None
    first_name: str
    last_name: str


class HistoryRow(NamedTuple):
    """Consent to one purpose, and the window; None where there is no row."""

    consent: str | None
    has_window: bool
    sent_1: datetime | None
    sent_2: datetime | None
    sent_3: datetime | None

    @property
    def sent(self) -> tuple[datetime, ...]:
        """The window's times, newest first."""
        if self.sent_1 is None:
            return ()
        return tuple(time for time in self[2:] if time is not None)


_CONTACTS = """
    SELECT id, number, opted_out_at, first_name, last_name
    FROM consent_contact WHERE id = ANY(%s::bigint[]) ORDER BY number
"""
_HISTORY = """
    SELECT wanted.contact_id, wanted.purpose_id,
           state.status, seen.contact_id IS NOT NULL, seen.sent_1, seen.sent_2, seen.sent_3
    FROM unnest(%s::bigint[], %s::bigint[]) AS wanted (contact_id, purpose_id)
    LEFT JOIN consent_consentstate state
           ON state.purpose_id = wanted.purpose_id AND state.contact_id = wanted.contact_id
    LEFT JOIN sending_frequencywindow seen ON seen.contact_id = wanted.contact_id
"""


def contacts(contact_ids: Sequence[int], *, lock: bool) -> tuple[dict[int, ContactRow], datetime]:
    """These contacts by id, and the database's clock after they were had.

    With ``lock`` each row is locked to the end of the transaction, in number order as everywhere
    (`consent.locks`); a row that had to be waited for is read as it is after the wait.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _CONTACTS + ("FOR NO KEY UPDATE" if lock else ""),
            ["{" + ",".join(map(str, contact_ids)) + "}"],
        )
        rows = {row[0]: ContactRow._make(row) for row in cursor.fetchall()}
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return rows, now


def histories(
    wanted: Collection[tuple[int, int | None]],
) -> dict[tuple[int, int | None], HistoryRow]:
    """Consent and window for each (contact, purpose); purpose None: the window alone.

    Must be a later statement than the lock: only then it sees what the lock waited for.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _HISTORY,
            [
                "{" + ",".join(str(contact_id) for contact_id, _ in wanted) + "}",
                "{" + ",".join(str(purpose_id or "NULL") for _, purpose_id in wanted) + "}",
            ],
        )
        return {(row[0], row[1]): HistoryRow._make(row[2:]) for row in cursor.fetchall()}


def facts(
    *,
    kind: str,
    contact: ContactRow,
    history: HistoryRow,
    sender_country: str | None,
    basis: str | None = None,
    confirmation_due: bool | None = None,
) -> Facts:
    """Put one recipient's facts together. The area-code table of this release has the say."""
    place = _place(contact.number)
    consent = history.consent
    if consent is None:
        consent = _NONE if contact.opted_out_at is None else _OPTED_OUT
    return Facts(
        kind,
        place.kind.value if place else None,
        place.country if place else None,
        place.state if place else None,
        place.zones if place else (),
        sender_country,
        consent,
        consent == _OPTED_OUT,
        basis,
        confirmation_due,
        history.sent,
    )


def _place(number: str) -> AreaCode | None:
    """Where a stored number belongs; None when the numbering plan does not say."""
    if number.startswith("+1"):
        area = area_codes().get(number[2:5])
        return area if area is not None and area.in_service else None
    try:
        parsed = parse(number)
    except NumberError:
        return None
    return AreaCode("", NumberKind.FOREIGN, parsed.country, "", (), in_service=True)


class LawTableEmptyError(RuntimeError):
    """There is no law to go by, so nothing may be decided."""


def policies(workspace_ids: Sequence[int]) -> dict[int, Policy]:
    """Each workspace's policy as it stands now; without preferences the defaults, the strictest."""
    laws = list(FrequencyLaw.objects.all())
    if not laws:
        # No law at all is not freedom but a table that was lost.
        raise LawTableEmptyError("The law table is empty; `manage.py migrate` fills it.")
    choices = {
        (choice.workspace_id, choice.law_id): choice.applied
        for choice in LawChoice.objects.filter(workspace_id__in=workspace_ids)
    }
    stored = SenderPreferences.objects.in_bulk(workspace_ids)
    found: dict[int, Policy] = {}
    for workspace_id in workspace_ids:
        preferences = stored.get(workspace_id) or SenderPreferences(workspace_id=workspace_id)
        applied = [
            law
            for law in laws
            if preferences.state_law_limits
            and choices.get((workspace_id, law.pk), law.on_by_default)
        ]
        found[workspace_id] = Policy(
            smart_window=timedelta(hours=preferences.smart_sending_hours)
            if preferences.smart_sending
            else None,
            limits=limits_by_state(
                FrequencyLimit(
                    state=law.state,
                    cap=law.cap,
                    hours=law.window_hours,
                    starts_on=law.starts_on,
                    ends_on=law.ends_on,
                )
                for law in applied
            ),
        )
    return found


def snapshot(workspace_id: int, policy: Policy) -> int:
    """The id of the stored snapshot with this content, stored now if it is new."""
    body = policy.dump()
    digest = hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()
    # One statement; a reader of the same content at the same time stores it once.
    PolicySnapshot.objects.bulk_create(
        [PolicySnapshot(workspace_id=workspace_id, digest=digest, body=body)],
        ignore_conflicts=True,
    )
    return int(
        PolicySnapshot.objects.values_list("pk", flat=True).get(
            workspace_id=workspace_id, digest=digest
        )
    )


def country_of(contact: ContactRow) -> str:
    """The country whose sender a contact needs; "" where the numbering plan does not say."""
    place = _place(contact.number)
    return place.country if place else ""
