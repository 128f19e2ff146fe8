"""The journal of risky changes; `record` is its only writer."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import JournalEntry, User, Workspace


def record(
    *,
    workspace: Workspace | None,
    actor: User,
    kind: JournalEntry.Kind,
    old: str,
    new: str,
    reason: str,
    subject: str = "",
) -> JournalEntry:
    """Write down one risky change, in the transaction that makes it.

    Without a workspace it concerns the platform, and only platform staff see it.

    Raises `ValidationError` (code ``reason_required``) when the reason is blank.
    """
    if not reason.strip():
        raise ValidationError(_("Say why; the journal keeps it."), code="reason_required")
    return JournalEntry.objects.create(
        workspace=workspace,
        actor=actor,
        kind=kind,
        subject=subject[:200],
        old=old[:200],
        new=new[:200],
        reason=reason.strip(),
    )
