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
    from collections.abc import Iterable, Sequence
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


Sent = tuple["datetime", ...]
"""Times of promotional messages, newest first, three at most."""


_CONTACTS = """
    SELECT id, number, opted_out_at, first_name, last_name
    FROM consent_contact WHERE id = ANY(%s::bigint[]) ORDER BY number, id
"""
# By = ANY, for which the planner uses the index however large the table is.
_CONSENT = """
    SELECT contact_id, status FROM consent_consentstate
    WHERE purpose_id = %s AND contact_id = ANY(%s::bigint[])
"""
_WINDOWS = """
    SELECT contact_id, sent_1, sent_2, sent_3 FROM sending_frequencywindow
    WHERE contact_id = ANY(%s::bigint[])
"""


def contacts(contact_ids: Sequence[int], *, lock: bool) -> tuple[dict[int, ContactRow], datetime]:
    """These contacts by id, and the database's clock after they were had.

    With ``lock`` each row is locked to the end of the transaction, in number order as everywhere
    (`consent.locks`); a row that had to be waited for is read as it is after the wait.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _CONTACTS + ("FOR NO KEY UPDATE" if lock else ""),
            [_array(contact_ids)],
        )
        rows = {row[0]: ContactRow._make(row) for row in cursor.fetchall()}
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return rows, now


def windows(contact_ids: Iterable[int]) -> dict[int, Sent]:
    """The newest promotional messages of each contact that has a row for them, newest first.

    Must be a later statement than the lock: only then it sees what the lock waited for.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WINDOWS, [_array(contact_ids)])
        return {
            contact_id: tuple(time for time in times if time is not None)
            for contact_id, *times in cursor.fetchall()
        }


def consents(purpose_id: int, contact_ids: Iterable[int]) -> dict[int, str]:
    """The state of consent to a purpose, for the contacts that have one; later than the lock."""
    with connection.cursor() as cursor:
        cursor.execute(_CONSENT, [purpose_id, _array(contact_ids)])
        return dict(cursor.fetchall())


def _array(ids: Iterable[int]) -> str:
    return "{" + ",".join(map(str, ids)) + "}"


def facts(
    *,
    kind: str,
    contact: ContactRow,
    consent: str | None,
    sent: Sent,
    sender_country: str | None,
    basis: str | None = None,
    confirmation_due: bool | None = None,
) -> Facts:
    """Put one recipient's facts together. The area-code table of this release has the say.

    ``consent`` is None for a contact without a state for the purpose, or without a purpose.
    """
    place = _place(contact.number)
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
        sent,
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
