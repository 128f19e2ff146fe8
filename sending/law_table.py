"""The dated table of frequency laws: how a row comes, ends, and reads.

A law that has been in force is never deleted, because past decisions were made by it. What changes
is a new row with a first day of its own; the row before it ends the day before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import journal
from accounts.models import JournalEntry
from sending.models import FrequencyLaw, LawChoice

if TYPE_CHECKING:
    from accounts.models import User, Workspace

_NAMES = {"FL": "Florida", "MD": "Maryland", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania"}


def state_name(state: str) -> str:
    """The name of the states that ship with a law; the two letters for any other."""
    return _NAMES.get(state, state)


@dataclass(frozen=True, slots=True)
class LawInWords:
    """One law as a workspace sees it; ``applied`` does not mind the switch of all."""

    id: int
    code: str
    state: str
    rule: str
    citation: str
    source: str
    starts_on: date
    ends_on: date | None
    in_force: bool
    on_by_default: bool
    applied: bool


def rule_in_words(*, cap: int, hours: int) -> str:
    """``At most 3 promotional messages in any rolling 24 hours.``"""
    what = ngettext("%(n)d promotional message", "%(n)d promotional messages", cap) % {"n": cap}
    return _("At most %(what)s in any rolling %(hours)d hours.") % {"what": what, "hours": hours}


def in_words(*, workspace: Workspace, day: date) -> list[LawInWords]:
    """The laws that hold on ``day`` or will, for ``workspace``; ended ones are left out."""
    choices = dict(LawChoice.objects.filter(workspace=workspace).values_list("law", "applied"))
    return [
        LawInWords(
            id=law.pk,
            code=law.state,
            state=state_name(law.state),
            rule=rule_in_words(cap=law.cap, hours=law.window_hours),
            citation=law.citation,
            source=law.source,
            starts_on=law.starts_on,
            ends_on=law.ends_on,
            in_force=law.starts_on <= day,
            on_by_default=law.on_by_default,
            applied=law.on_by_default or choices.get(law.pk, False),
        )
        for law in FrequencyLaw.objects.order_by("state", "starts_on")
        if law.ends_on is None or law.ends_on >= day
    ]


@transaction.atomic
def add(*, law: FrequencyLaw, actor: User, reason: str) -> FrequencyLaw:
    """Add a row, journalled for the platform. The state's row before it ends the day before.

    What workspaces chose for the row before is carried over. Raises `ValidationError`:
    ``reason_required``, and ``law_overlaps`` when a later row of the state begins or an ended one
    still holds on ``law.starts_on``.
    """
    law.full_clean()
    # One state's rows, locked: two who add at once have an order.
    rows = list(
        FrequencyLaw.objects.select_for_update().filter(state=law.state).order_by("starts_on")
    )
    if any(row.starts_on >= law.starts_on for row in rows):
        raise ValidationError(
            _("There is a row of this state that begins on that day or later."),
            code="law_overlaps",
        )
    before = rows[-1] if rows else None
    if before is not None and before.ends_on is not None and before.ends_on >= law.starts_on:
        raise ValidationError(
            _("The row before it still holds on that day; it ends on %(day)s."),
            code="law_overlaps",
            params={"day": before.ends_on},
        )
    if before is not None and before.ends_on is None:
        before.ends_on = law.starts_on - timedelta(days=1)
        before.save(update_fields=["ends_on"])
    law.save(force_insert=True)
    if before is not None and not law.on_by_default:
        LawChoice.objects.bulk_create(
            LawChoice(workspace_id=choice.workspace_id, law=law, applied=choice.applied)
            for choice in before.choices.all()
        )
    _journal(law, actor=actor, old="", new=_in_short(law), reason=reason)
    return law


@transaction.atomic
def end(
    *, law: FrequencyLaw, last_day: date | None, today: date, actor: User, reason: str
) -> FrequencyLaw:
    """Set a law's last day (None: it goes on), not before yesterday and not past the next row.

    Journalled for the platform. Raises `ValidationError`: ``law_ended``, ``last_day_past``,
    ``law_overlaps``, ``reason_required``.
    """
    rows = list(FrequencyLaw.objects.select_for_update().filter(state=law.state))
    row = next(each for each in rows if each.pk == law.pk)
    if row.ends_on is not None and row.ends_on < today:
        raise ValidationError(_("This law has ended; add a new row."), code="law_ended")
    if last_day is not None and last_day < max(row.starts_on, today - timedelta(days=1)):
        raise ValidationError(
            _("The last day is yesterday at the earliest: past decisions stand."),
            code="last_day_past",
        )
    later = [each.starts_on for each in rows if each.starts_on > row.starts_on]
    if later and (last_day is None or last_day >= min(later)):
        raise ValidationError(
            _("The next row of this state begins on %(day)s."),
            code="law_overlaps",
            params={"day": min(later)},
        )
    old = _in_short(row)
    row.ends_on = last_day
    row.save(update_fields=["ends_on"])
    _journal(row, actor=actor, old=old, new=_in_short(row), reason=reason)
    return row


@transaction.atomic
def withdraw(*, law: FrequencyLaw, today: date, actor: User, reason: str) -> None:
    """Delete a row never yet in force, and journal it for the platform.

    Raises `ValidationError`: ``law_was_in_force``, ``reason_required``.
    """
    row = FrequencyLaw.objects.select_for_update().get(pk=law.pk)
    if row.starts_on <= today:
        raise ValidationError(
            _("This law has been in force and stays; set its last day instead."),
            code="law_was_in_force",
        )
    _journal(row, actor=actor, old=_in_short(row), new="", reason=reason)
    row.choices.all().delete()
    row.delete()


def _in_short(law: FrequencyLaw) -> str:
    """``3 in 24 h, 2021-07-01 to 2027-06-30``, for the journal."""
    last = law.ends_on.isoformat() if law.ends_on else "…"
    return f"{law.cap} in {law.window_hours} h, {law.starts_on.isoformat()} – {last}"


def _journal(law: FrequencyLaw, *, actor: User, old: str, new: str, reason: str) -> None:
    journal.record(
        workspace=None,
        actor=actor,
        kind=JournalEntry.Kind.LAW,
        subject=f"{law.state}, {law.citation}",
        old=old,
        new=new,
        reason=reason,
    )
