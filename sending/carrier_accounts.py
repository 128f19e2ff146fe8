"""Carrier accounts: where messages are handed over, and with which secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import journal
from accounts.models import JournalEntry
from sending.models import CarrierAccount

if TYPE_CHECKING:
    from accounts.models import User, Workspace


@transaction.atomic
def add(
    *, workspace: Workspace, name: str, api_url: str, account_sid: str, auth_token: str, actor: User
) -> CarrierAccount:
    """A new account. Raises `ValidationError` for an address, SID or name that cannot be."""
    row = CarrierAccount(
        workspace=workspace,
        name=name,
        api_url=api_url.rstrip("/"),
        account_sid=account_sid,
        auth_token=auth_token,
    )
    row.full_clean()
    row.save()
    journal.record(
        workspace=workspace,
        actor=actor,
        kind=JournalEntry.Kind.CARRIER,
        subject=row.name,
        old="",
        new=_in_words(row),
        reason=_("A new account; no reason asked."),
    )
    return row


@transaction.atomic
def edit(
    *,
    account: CarrierAccount,
    name: str,
    api_url: str,
    account_sid: str,
    auth_token: str,
    actor: User,
    reason: str,
) -> CarrierAccount:
    """Change an account; an empty ``auth_token`` keeps the stored one.

    Raises `ValidationError`: ``secret_required`` when address or SID change without a new secret,
    for else a stored secret could be sent to any address; ``reason_required``.
    """
    row = CarrierAccount.objects.select_for_update().get(pk=account.pk)
    api_url = api_url.rstrip("/")
    moved = (row.api_url, row.account_sid) != (api_url, account_sid)
    if moved and not auth_token:
        raise ValidationError(
            _("Enter the secret again: it belongs to the address and SID it was entered with."),
            code="secret_required",
        )
    if not moved and not auth_token and row.name == name:
        return row
    old = _in_words(row)
    row.name, row.api_url, row.account_sid = name, api_url, account_sid
    row.auth_token = auth_token or row.auth_token
    row.full_clean()
    row.save()
    new = _in_words(row) + (_(", new secret") if auth_token else "")
    journal.record(
        workspace=row.workspace,
        actor=actor,
        kind=JournalEntry.Kind.CARRIER,
        subject=row.name,
        old=old,
        new=new,
        reason=reason,
    )
    return row


def _in_words(row: CarrierAccount) -> str:
    # Never the secret: the journal is read by everyone of the workspace.
    return f"{row.name}, {row.api_url}, {row.account_sid}"
