"""Opt-ins and opt-outs of one contact at a time: by hand, by keyword."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consent.locks import lock_contacts
from consent.models import ConsentRecord, ConsentState, Contact, Purpose, Wording

# The clocks of the machines that write down an event and of the database may differ by this much.
CLOCK_TOLERANCE = timedelta(minutes=5)


@transaction.atomic
def opt_out(
    *,
    contact: Contact,
    source: ConsentRecord.Source | str,
    occurred_at: datetime,
    detail: str = "",
    recorded_by: User | None = None,
) -> ConsentRecord:
    """Record that the person wants no more texts, for every purpose of the workspace.

    In force when the transaction commits. Saying the same event again changes nothing and returns
    its record. Raises `ValidationError` (``source_unknown``, ``time_without_zone``,
    ``time_in_future``).
    """
    now = lock_contacts([contact.pk])
    _check_event(source=source, occurred_at=occurred_at, now=now)
    contact.refresh_from_db()
    record, is_new = _record(
        contact=contact,
        purpose=None,
        kind=ConsentRecord.Kind.OPT_OUT,
        source=source,
        occurred_at=occurred_at,
        detail=detail,
        recorded_by=recorded_by,
    )
    if not is_new:
        # The report of an old event, come again, must not undo the opt-ins that answered it.
        return record
    if contact.opted_out_at is None or contact.opted_out_at < occurred_at:
        contact.opted_out_at = occurred_at
        contact.save(update_fields=["opted_out_at"])
    ConsentState.objects.filter(contact=contact).exclude(
        status=ConsentState.Status.OPTED_OUT
    ).update(status=ConsentState.Status.OPTED_OUT, record=record)
    return record


@transaction.atomic
def opt_in(
    *,
    contact: Contact,
    purpose: Purpose,
    source: ConsentRecord.Source | str,
    occurred_at: datetime,
    answer: str = "yes",
    wording: Wording | None = None,
    wording_text: str = "",
    collector: str = "",
    place: str = "",
    detail: str = "",
    proof: File[bytes] | None = None,
    recorded_by: User | None = None,
) -> ConsentRecord:
    """Record that the person said yes to one purpose, and to it alone.

    Raises `ValidationError`: ``opted_out_later`` when they opted out at that time or after it;
    ``other_workspace``; ``answer_not_yes``; and those of `opt_out`.
    """
    now = lock_contacts([contact.pk])
    _check_event(source=source, occurred_at=occurred_at, now=now)
    _check_workspace(contact=contact, purpose=purpose, wording=wording)
    if answer.strip().lower() != "yes":
        raise ValidationError(_("Only “yes” is consent."), code="answer_not_yes")
    contact.refresh_from_db()
    if contact.opted_out_at is not None and occurred_at <= contact.opted_out_at:
        raise ValidationError(
            _("This person opted out on %(when)s. Only a yes given after that counts."),
            code="opted_out_later",
            params={"when": f"{contact.opted_out_at:%Y-%m-%d %H:%M} UTC"},
        )
    record, _is_new = _record(
        contact=contact,
        purpose=purpose,
        kind=ConsentRecord.Kind.OPT_IN,
        source=source,
        occurred_at=occurred_at,
        answer="yes",
        wording=wording,
        wording_text=wording_text or (wording.text if wording else ""),
        collector=collector,
        place=place,
        detail=detail,
        proof=proof,
        recorded_by=recorded_by,
    )
    _count_opt_in(record)
    return record


def _count_opt_in(record: ConsentRecord) -> None:
    """Let the newest opt-in be the state's; the contact is locked."""
    assert record.purpose is not None
    state, created = ConsentState.objects.get_or_create(
        contact=record.contact,
        purpose=record.purpose,
        defaults={
            "workspace": record.workspace,
            "status": ConsentState.Status.OPTED_IN,
            "opted_in_at": record.occurred_at,
            "record": record,
        },
    )
    if created:
        return
    is_newer = state.opted_in_at < record.occurred_at
    if is_newer or state.status != ConsentState.Status.OPTED_IN:
        state.status = ConsentState.Status.OPTED_IN
        state.opted_in_at = max(state.opted_in_at, record.occurred_at)
        state.record = record
        state.save(update_fields=["status", "opted_in_at", "record"])


def _record(
    *, contact: Contact, proof: File[bytes] | None = None, **fields: Any
) -> tuple[ConsentRecord, bool]:
    """The record of this event and whether it is new; the contact is locked, so none slips in."""
    event = {name: fields[name] for name in ("purpose", "kind", "source", "occurred_at")}
    known = ConsentRecord.objects.filter(contact=contact, **event).first()
    if known is not None:
        return known, False
    record = ConsentRecord(workspace_id=contact.workspace_id, contact=contact, **fields)
    if proof is not None:
        record.proof_sha256 = _sha256(proof)
        record.proof.save(proof.name or "proof", proof, save=False)
    record.save(force_insert=True)
    record.refresh_from_db(fields=["recorded_at"])
    return record, True


def _sha256(file: File[bytes]) -> str:
    digest = hashlib.sha256()
    for part in file.chunks():
        digest.update(part)
    file.seek(0)
    return digest.hexdigest()


def _check_event(*, source: str, occurred_at: datetime, now: datetime) -> None:
    if source not in ConsentRecord.Source.values:
        raise ValidationError(_("Choose one of the sources."), code="source_unknown")
    if timezone.is_naive(occurred_at):
        raise ValidationError(_("Say in which time zone it happened."), code="time_without_zone")
    if occurred_at > now + CLOCK_TOLERANCE:
        raise ValidationError(_("This lies in the future."), code="time_in_future")


def _check_workspace(*, contact: Contact, purpose: Purpose, wording: Wording | None) -> None:
    others = {purpose.workspace_id, wording.workspace_id if wording else purpose.workspace_id}
    if others != {contact.workspace_id}:
        raise ValidationError(
            _("Contact, purpose and wording must be of one workspace."), code="other_workspace"
        )
