"""A workspace's choices for sending: the only writer of `SenderPreferences` and `LawChoice`.

Every change locks the workspace's row, so that two changes have one order, and writes what is risky
to the journal in the same transaction. Setting what already holds changes and records nothing.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import journal
from accounts.models import JournalEntry
from sending.models import FrequencyLaw, LawChoice, SenderNumber, SenderPreferences

if TYPE_CHECKING:
    from accounts.models import User, Workspace

LEAST_HOURS, MOST_HOURS = 1, 720
LEAST_RATE, MOST_RATE = Decimal("0.01"), Decimal(100_000)


def ensure(workspace: Workspace) -> SenderPreferences:
    """The workspace's row, made with the defaults where there is none yet."""
    SenderPreferences.objects.bulk_create(
        [SenderPreferences(workspace=workspace)], ignore_conflicts=True
    )
    return SenderPreferences.objects.get(workspace=workspace)


def with_workspace(*, workspace: Workspace, **signal: object) -> None:
    """Receives `accounts.signals.workspace_created`: the row comes with the workspace."""
    ensure(workspace)


def _locked(workspace: Workspace) -> SenderPreferences:
    ensure(workspace)
    return SenderPreferences.objects.select_for_update().get(workspace=workspace)


def switched(*, on: bool) -> str:
    return _("on") if on else _("off")


def smart_sending_in_words(*, on: bool, hours: int) -> str:
    """``off``, or ``24 hours``: how the journal and the pages name the window."""
    return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours} if on else _("off")


def is_looser(row: SenderPreferences, *, on: bool, hours: int) -> bool:
    """Whether the change lets more messages through: off, or a shorter window."""
    return row.smart_sending and (not on or hours < row.smart_sending_hours)


@transaction.atomic
def set_smart_sending(
    *, workspace: Workspace, on: bool, hours: int, actor: User, reason: str
) -> SenderPreferences:
    """Switch Smart Sending, or change its window of ``hours`` (1 to 720).

    Raises `ValidationError`: ``hours_out_of_range``, or ``reason_required`` when the change lets
    more through (off, or a shorter window) and ``reason`` is blank.
    """
    if not LEAST_HOURS <= hours <= MOST_HOURS:
        raise ValidationError(
            _("The window is %(least)d to %(most)d hours."),
            code="hours_out_of_range",
            params={"least": LEAST_HOURS, "most": MOST_HOURS},
        )
    row = _locked(workspace)
    was_on, was_hours = row.smart_sending, row.smart_sending_hours
    if (was_on, was_hours) == (on, hours):
        return row
    looser = is_looser(row, on=on, hours=hours)
    row.smart_sending, row.smart_sending_hours = on, hours
    row.save(update_fields=["smart_sending", "smart_sending_hours"])
    journal.record(
        workspace=workspace,
        actor=actor,
        kind=JournalEntry.Kind.SMART_SENDING,
        old=smart_sending_in_words(on=was_on, hours=was_hours),
        new=smart_sending_in_words(on=on, hours=hours),
        reason=reason if looser or reason.strip() else _("Stricter than before; no reason asked."),
    )
    return row


@transaction.atomic
def set_state_law_limits(
    *, workspace: Workspace, on: bool, actor: User, reason: str
) -> SenderPreferences:
    """Switch all state-law limits on or off. Raises `ValidationError` (``reason_required``)."""
    row = _locked(workspace)
    if row.state_law_limits == on:
        return row
    row.state_law_limits = on
    row.save(update_fields=["state_law_limits"])
    journal.record(
        workspace=workspace,
        actor=actor,
        kind=JournalEntry.Kind.STATE_LAW,
        subject=_("All state-law limits"),
        old=switched(on=not on),
        new=switched(on=on),
        reason=reason,
    )
    return row


@transaction.atomic
def set_law_choice(
    *, workspace: Workspace, law: FrequencyLaw, applied: bool, actor: User, reason: str
) -> None:
    """Apply, or no longer apply, a law that is off by default.

    A law that is on by default is switched only together with the others, by
    `set_state_law_limits`. Raises `ValidationError`: ``law_is_not_optional``, ``reason_required``.
    """
    _locked(workspace)
    # Read under the lock: the law may just have become one that everyone keeps.
    if FrequencyLaw.objects.get(pk=law.pk).on_by_default:
        raise ValidationError(
            _("This limit is on by default; it is switched with all state-law limits together."),
            code="law_is_not_optional",
        )
    choice = LawChoice.objects.filter(workspace=workspace, law=law).first()
    was = choice is not None and choice.applied
    if was == applied:
        return
    LawChoice.objects.update_or_create(workspace=workspace, law=law, defaults={"applied": applied})
    journal.record(
        workspace=workspace,
        actor=actor,
        kind=JournalEntry.Kind.STATE_LAW,
        subject=f"{law.state}: {law.citation}",
        old=switched(on=was),
        new=switched(on=applied),
        reason=reason,
    )


@transaction.atomic
def set_us_sender(*, workspace: Workspace, sender: SenderNumber | None) -> SenderPreferences:
    """Choose the number that US messages leave from where a campaign names none.

    Raises `ValidationError` (``sender_not_usable``) for a number of another workspace or country,
    or a released one. The history table of the preferences keeps who changed it.
    """
    row = _locked(workspace)
    if sender is not None:
        # Locked, so that it cannot be released meanwhile.
        found = (
            SenderNumber.objects.select_for_update()
            .filter(pk=sender.pk, workspace=workspace, country="US")
            .exclude(verification=SenderNumber.Verification.RELEASED)
            .first()
        )
        if found is None:
            raise ValidationError(
                _("This number cannot send to the United States for this workspace."),
                code="sender_not_usable",
            )
    if row.us_sender_id != (sender.pk if sender else None):
        row.us_sender = sender
        row.save(update_fields=["us_sender"])
    return row


@transaction.atomic
def set_rate(*, sender: SenderNumber, rate: Decimal, actor: User, reason: str) -> SenderNumber:
    """Change how many messages per second leave from ``sender`` (0.01 to 100,000).

    Raises `ValidationError`: ``rate_out_of_range``, ``reason_required``.
    """
    if not LEAST_RATE <= rate <= MOST_RATE:
        raise ValidationError(
            _("The rate is %(least)s to %(most)s messages per second."),
            code="rate_out_of_range",
            params={"least": LEAST_RATE, "most": MOST_RATE},
        )
    row = SenderNumber.objects.select_for_update().get(pk=sender.pk)
    was = row.rate
    if was == rate:
        return row
    row.rate = rate
    row.save(update_fields=["rate"])
    journal.record(
        workspace=row.workspace,
        actor=actor,
        kind=JournalEntry.Kind.RATE,
        subject=row.number,
        old=f"{was.normalize():f}",
        new=f"{rate.normalize():f}",
        reason=reason,
    )
    return row
