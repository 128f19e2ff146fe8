"""Setting up, changing and deleting call forwarding: the only writer of `ForwardingRule`.

Each change locks the toll-free number's row, so that two people who change one number have one
order, and the second is told what the first did. The journal keeps every change in the same
transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts import journal
from accounts.models import JournalEntry
from accounts.roles import Capability
from accounts.standing import demand_now
from accounts.workers import wake
from forwarding import destinations
from forwarding.availability import unavailable
from forwarding.destinations import DestinationError, Refusal
from forwarding.models import ForwardingRule
from sending.models import SenderNumber

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User

# What a form remembers when it was opened on a number without a rule.
NOT_SET_UP = ""


class Change(StrEnum):
    SET_UP = "set_up"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Before:
    """The last change of a number's forwarding; ``destination`` is "" when it was deleted."""

    who: str
    at: datetime
    destination: str


class ChangedMeanwhileError(Exception):
    """The rule is no longer the one that the form showed. ``rule`` is what there is now, if any."""

    def __init__(self, rule: ForwardingRule | None, before: Before | None) -> None:
        super().__init__("changed_meanwhile")
        self.rule = rule
        self.before = before

    @property
    def token(self) -> str:
        return token_of(self.rule)


def token_of(rule: ForwardingRule | None) -> str:
    return rule.token if rule is not None else NOT_SET_UP


def rule_of(sender: SenderNumber) -> ForwardingRule | None:
    rows = ForwardingRule.objects.select_related("set_up_by", "changed_by")
    return rows.filter(sender=sender).first()


@transaction.atomic
def save(
    *, sender: SenderNumber, text: str, seen: str, actor: User
) -> tuple[ForwardingRule, Change]:
    """Forward calls of ``sender`` to the number that ``text`` spells.

    ``seen`` is the token of the rule that ``actor`` saw, `NOT_SET_UP` for none. Saving what holds
    already changes and records nothing, whoever saved it.

    Raises `ValidationError` whose code is a `Refusal` or that of `availability.unavailable`,
    `ChangedMeanwhileError`, and `accounts.guard.RoleNeeded`.
    """
    demand_now(actor=actor, workspace=sender.workspace, capability=Capability.CALL_FORWARDING)
    locked = _locked(sender)
    refuse_unless_available(locked)
    destination = _checked(text, locked)
    rule = rule_of(locked)
    if rule is not None and rule.destination == destination:
        return rule, Change.UNCHANGED
    if token_of(rule) != seen:
        raise ChangedMeanwhileError(rule, last_change(locked))
    if rule is None:
        rule = ForwardingRule.objects.create(
            sender=locked, destination=destination, set_up_by=actor, changed_by=actor
        )
        _journal(locked, actor=actor, old="", new=destination)
        wake("forwarding.announce")
        return rule, Change.SET_UP
    old = rule.destination
    rule.destination, rule.changed_by, rule.version = destination, actor, rule.version + 1
    rule.changed_at = Now()
    rule.save(update_fields=["destination", "changed_by", "changed_at", "version"])
    rule.refresh_from_db(fields=["changed_at"])
    _journal(locked, actor=actor, old=old, new=destination)
    return rule, Change.CHANGED


@transaction.atomic
def delete(*, sender: SenderNumber, seen: str, actor: User) -> None:
    """Forward calls of ``sender`` no more; where nothing is set up any more, nothing happens.

    Raises `ChangedMeanwhileError` when the rule is not the one ``seen``, and
    `accounts.guard.RoleNeeded`.
    """
    demand_now(actor=actor, workspace=sender.workspace, capability=Capability.CALL_FORWARDING)
    locked = _locked(sender)
    rule = rule_of(locked)
    if rule is None:
        return
    if rule.token != seen:
        raise ChangedMeanwhileError(rule, last_change(locked))
    old = rule.destination
    rule.delete()
    _journal(locked, actor=actor, old=old, new="")


def last_change(sender: SenderNumber) -> Before | None:
    """Who changed this number's forwarding last, when, and to what."""
    rows = JournalEntry.objects.filter(
        workspace=sender.workspace_id,
        kind=JournalEntry.Kind.CALL_FORWARDING,
        subject=sender.number,
    ).select_related("actor")
    entry = rows.first()
    return Before(str(entry.actor), entry.at, entry.new) if entry is not None else None


def refuse_unless_available(sender: SenderNumber) -> None:
    """Raise `ValidationError` where calls of ``sender`` cannot be forwarded, with why."""
    why_not = unavailable(sender)
    if why_not is not None:
        raise ValidationError(str(why_not.sentence), code=why_not.code)


def _locked(sender: SenderNumber) -> SenderNumber:
    # NO KEY: calls and messages that only refer to the number need not wait.
    rows = SenderNumber.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("workspace").get(pk=sender.pk)


def _checked(text: str, sender: SenderNumber) -> str:
    try:
        destination = destinations.checked(text, itself=sender.number)
    except DestinationError as error:
        raise _refused(error.refusal) from None
    # Of any workspace, and without saying whose. One that is added later stops the forwarding: the
    # look-up for a call asks again.
    if is_a_sender(destination):
        raise _refused(Refusal.SENDER)
    return destination


def is_a_sender(number: str) -> bool:
    return bool(senders_among([number]))


def senders_among(numbers: Iterable[str]) -> set[str]:
    """Those of ``numbers`` that are sender numbers in use, of any workspace."""
    released = SenderNumber.Verification.RELEASED
    rows = SenderNumber.objects.filter(number__in=list(numbers)).exclude(verification=released)
    return set(rows.values_list("number", flat=True))


def _refused(refusal: Refusal) -> ValidationError:
    return ValidationError(str(destinations.SENTENCES[refusal]), code=refusal)


def _journal(sender: SenderNumber, *, actor: User, old: str, new: str) -> None:
    journal.record(
        workspace=sender.workspace,
        actor=actor,
        kind=JournalEntry.Kind.CALL_FORWARDING,
        subject=sender.number,
        old=old,
        new=new,
        reason=_("Call forwarding; no reason asked."),
    )
