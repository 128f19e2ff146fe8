"""A person's word on a message of unknown fate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import journal
from accounts.models import JournalEntry
from consent.locks import lock_contacts
from consent.numbering import mask
from sending.dispatch import windows
from sending.models import Message
from sending.settlement import BY_HAND, lock_message

if TYPE_CHECKING:
    from accounts.models import User


def settle_by_hand(*, message: Message, went: bool, actor: User, reason: str) -> Message:
    """Record a person's word on a message of unknown fate, with the reason in the journal.

    ``went``: it counts from the time it could have left at the latest. Otherwise it failed, and its
    slot is free again. Raises `ValidationError`: ``reason_required``, ``not_unknown``.
    """
    with transaction.atomic():
        now = lock_contacts([message.contact_id])
        locked = lock_message(message.pk)
        if locked is None or locked.status != Message.Status.UNKNOWN:
            raise ValidationError(
                _("What became of this message is already known."), code="not_unknown"
            )
        new = Message.Status.ACCEPTED if went else Message.Status.FAILED
        journal.record(
            workspace=locked.workspace,
            actor=actor,
            kind=JournalEntry.Kind.MESSAGE,
            subject=f"{locked.pk} {mask(locked.contact.number)}",
            old=locked.status,
            new=new,
            reason=reason,
        )
        locked.status = new
        locked.reason = BY_HAND
        if went:
            locked.accepted_at = min(locked.lease_until or now, now)
            locked.slot_at = min(locked.slot_at, now) if locked.slot_at else None
        else:
            locked.slot_at = None
        locked.updated_at = now
        locked.save(update_fields=["status", "reason", "accepted_at", "slot_at", "updated_at"])
        windows.recompute([locked.contact_id])
    return locked
