"""The life of one message, oldest first: queued, decided, handed over, reported on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from sending.activity import words
from sending.carriers.errors import describe
from sending.gate.codes import sentence
from sending.models import CarrierEvent, Decision, Message

if TYPE_CHECKING:
    from sending.models import PolicySnapshot

# A message has a handful of each; more would be a fault, and is not shown.
MOST = 50


@dataclass(frozen=True, slots=True)
class Event:
    """``facts`` are (name, value). ``muted``: it changed nothing."""

    at: datetime
    title: str
    detail: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    muted: bool = False


def of(message: Message) -> list[Event]:
    """Every event of ``message`` that the database knows, in order."""
    events = [Event(message.created_at, _("Queued"), _queued(message))]
    events += [decided(decision) for decision in _decisions(message)]
    if message.accepted_at:
        detail = _("Carrier id %s") % message.sid if message.sid else ""
        events.append(Event(message.accepted_at, _("Taken over by the carrier"), detail))
    events += [_reported(event) for event in _reports(message)]
    events.sort(key=lambda event: event.at)
    if message.status in _ENDS:
        events.append(Event(message.updated_at, message.get_status_display(), _why(message)))
    return events


# Where the last event alone does not tell the end.
_ENDS = (Message.Status.CANCELLED, Message.Status.FAILED, Message.Status.UNKNOWN)


def _queued(message: Message) -> str:
    if message.campaign is not None:
        return _("By the campaign “%s”") % message.campaign.name
    return message.get_kind_display()


def _why(message: Message) -> str:
    if message.status == Message.Status.UNKNOWN:
        told = words.reason(message)
        unsure = _("Nobody can tell whether the carrier took it over. It is never sent again.")
        return f"{unsure} {told}".strip()
    return words.reason(message)


def _decisions(message: Message) -> list[Decision]:
    # By contact first: that is what the table is indexed by.
    rows = Decision.objects.filter(contact_id=message.contact_id, message_id=message.pk)
    return list(rows.select_related("policy").order_by("id")[:MOST])


def _reports(message: Message) -> list[CarrierEvent]:
    rows = CarrierEvent.objects.filter(
        message_id=message.pk, account__workspace_id=message.workspace_id
    )
    return list(rows.order_by("received_at", "pk")[:MOST])


def decided(decision: Decision) -> Event:
    """A decision with its reason and the facts it was made from."""
    also = words.limits(decision.limits_hit, but=decision.code)
    detail = sentence(decision.code)
    if also:
        detail += " " + _("Also: %s") % " ".join(also)
    return Event(
        decision.at,
        _("Decided: may go") if decision.allowed else _("Decided: skipped"),
        detail,
        [*words.facts(decision.facts), *_choices(decision.policy)],
    )


def _choices(snapshot: PolicySnapshot) -> list[tuple[str, str]]:
    return words.policy(snapshot.body)


def _reported(event: CarrierEvent) -> Event:
    title = _("Carrier: %s") % event.status
    detail = describe(event.error_code)
    if not event.applied:
        detail = f"{detail} {_('Came too late to change anything.')}".strip()
    return Event(event.received_at, title, detail, muted=not event.applied)
