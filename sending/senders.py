"""Sender numbers: added, edited and released here only."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import journal
from accounts.models import JournalEntry
from consent.numbering import NumberError, NumberKind, parse
from sending.models import Campaign, CarrierAccount, SenderNumber, SenderPreferences

if TYPE_CHECKING:
    from accounts.models import User, Workspace

Kind = SenderNumber.Kind
Verification = SenderNumber.Verification

# Messages per second that carriers grant a number of each kind, unless they say otherwise.
DEFAULT_RATES: dict[str, Decimal] = {
    Kind.TOLL_FREE: Decimal(3),
    Kind.LONG_CODE: Decimal(1),
    Kind.SHORT_CODE: Decimal(10),
}
AT_WORK = (Campaign.Status.SCHEDULED, Campaign.Status.SENDING, Campaign.Status.PAUSED)


def short_code(text: str) -> str:
    """The five or six digits that ``text`` spells, with hyphen or spaces or without; else ""."""
    digits = text.replace(" ", "").replace("-", "")
    fits = digits.isascii() and digits.isdigit() and len(digits) in (5, 6)
    return digits if fits else ""


def checked_number(*, text: str, kind: str, country: str) -> str:
    """The number as stored: E.164, or a short code's five or six digits.

    Raises `ValidationError` (``number_does_not_fit``) when it is none, or not of this kind and
    country.
    """
    if kind == Kind.SHORT_CODE:
        code = short_code(text)
        if code:
            return code
        raise ValidationError(_("A short code has five or six digits."), code="number_does_not_fit")
    try:
        number = parse(text)
    except NumberError:
        raise ValidationError(
            _("This is not a phone number that exists."), code="number_does_not_fit"
        ) from None
    toll_free = number.kind is NumberKind.TOLL_FREE
    if kind == Kind.TOLL_FREE and not toll_free:
        raise ValidationError(
            _("This is not a toll-free number; those begin with 800, 888, 877 and the like."),
            code="number_does_not_fit",
        )
    if kind == Kind.LONG_CODE and (toll_free or number.kind is NumberKind.SERVICE):
        raise ValidationError(
            _("This is not a local number; choose its kind above."), code="number_does_not_fit"
        )
    # Toll-free area codes are shared by the whole numbering plan.
    if not toll_free and number.country != country:
        raise ValidationError(
            _("This number belongs to another country (%(country)s)."),
            code="number_does_not_fit",
            params={"country": number.country or "?"},
        )
    return number.e164


@transaction.atomic
def add(
    *,
    workspace: Workspace,
    account: CarrierAccount,
    number: str,
    kind: str,
    country: str,
    verification: str,
    rate: Decimal | None = None,
    actor: User | None = None,
    reason: str = "",
) -> SenderNumber:
    """A new sender number; without ``rate`` that of its kind. ``number`` in any spelling.

    Another rate is journalled, as a change of it would be: it needs ``actor`` and ``reason``.
    Raises `ValidationError` (``reason_required``); a number in use anywhere is refused.
    """
    if account.workspace_id != workspace.pk:
        raise ValidationError(_("Choose a carrier account."), code="account_not_usable")
    row = SenderNumber(
        workspace=workspace,
        account=account,
        number=checked_number(text=number, kind=kind, country=country),
        kind=kind,
        country=country,
        verification=verification,
        rate=DEFAULT_RATES[kind] if rate is None else rate,
    )
    row.full_clean()
    row.save()
    if row.rate != DEFAULT_RATES[kind]:
        if actor is None:
            raise ValidationError(_("Say who chose this rate."), code="actor_required")
        journal.record(
            workspace=workspace,
            actor=actor,
            kind=JournalEntry.Kind.RATE,
            subject=row.number,
            old=f"{DEFAULT_RATES[kind]:f}",
            new=f"{row.rate:f}",
            reason=reason,
        )
    if country == "US":
        # The first one is the sender for the United States until another is chosen.
        preferences = SenderPreferences.objects.filter(workspace=workspace, us_sender=None)
        preferences.update(us_sender=row)
    return row


@transaction.atomic
def edit(
    *, sender: SenderNumber, account: CarrierAccount, verification: str, actor: User, reason: str
) -> SenderNumber:
    """Change a number's carrier account or verification state.

    Number, kind and country never change: release it and add another. Raises `ValidationError`:
    ``reason_required``, ``sender_released``, ``account_not_usable``, ``not_a_state``.
    """
    row = SenderNumber.objects.select_for_update().get(pk=sender.pk)
    if row.verification == Verification.RELEASED:
        raise ValidationError(_("This number has been released."), code="sender_released")
    if verification not in Verification.values or verification == Verification.RELEASED:
        raise ValidationError(_("Choose a verification state."), code="not_a_state")
    if account.workspace_id != row.workspace_id:
        raise ValidationError(_("Choose a carrier account."), code="account_not_usable")
    old = f"{row.account.name}, {row.get_verification_display()}"
    if (row.account_id, row.verification) == (account.pk, verification):
        return row
    row.account, row.verification = account, verification
    row.save(update_fields=["account", "verification"])
    _journal(row, actor=actor, old=old, reason=reason)
    return row


def campaigns_at_work(sender: SenderNumber) -> list[Campaign]:
    """The scheduled, running and paused campaigns that name this number."""
    return list(Campaign.objects.filter(sender=sender, status__in=AT_WORK).order_by("name"))


@transaction.atomic
def release(*, sender: SenderNumber, actor: User, reason: str) -> SenderNumber:
    """Give the number up; nothing leaves from it any more, and another workspace may take it.

    Raises `ValidationError`: ``sender_in_use`` while campaigns at work name it,
    ``reason_required``.
    """
    # The order in which `preferences.set_us_sender` locks too.
    SenderPreferences.objects.select_for_update().filter(workspace_id=sender.workspace_id).first()
    row = SenderNumber.objects.select_for_update().get(pk=sender.pk)
    if row.verification == Verification.RELEASED:
        return row
    blockers = campaigns_at_work(row)
    if blockers:
        raise ValidationError(
            _("Campaigns at work use this number: %(names)s."),
            code="sender_in_use",
            params={"names": ", ".join(campaign.name for campaign in blockers)},
        )
    old = f"{row.account.name}, {row.get_verification_display()}"
    row.verification = Verification.RELEASED
    row.save(update_fields=["verification"])
    SenderPreferences.objects.filter(us_sender=row).update(us_sender=None)
    _journal(row, actor=actor, old=old, reason=reason)
    return row


def _journal(row: SenderNumber, *, actor: User, old: str, reason: str) -> None:
    journal.record(
        workspace=row.workspace,
        actor=actor,
        kind=JournalEntry.Kind.CARRIER,
        subject=row.number,
        old=old,
        new=f"{row.account.name}, {row.get_verification_display()}",
        reason=reason,
    )
