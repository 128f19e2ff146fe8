"""The course of one call, oldest first: it came in, was decided, and what the carrier reported."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forwarding.call_log.words import length
from forwarding.models import Call
from forwarding.reports import ENDINGS, PICKED_UP
from forwarding.words import sentence
from sending.activity.timeline import Event

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from forwarding.models import CallEvent

# A call has a handful; more would be a fault, and is not shown.
MOST = 50
# The row of a call is written while the carrier waits, a second at most.
LATE = timedelta(seconds=5)

# Twilio's call statuses, of the leg that was dialled and of the call itself.
_DIALLED: dict[str, _StrPromise] = {
    "queued": gettext_lazy("The carrier is about to dial the forwarding number"),
    "initiated": gettext_lazy("The forwarding number was dialled"),
    "ringing": gettext_lazy("The forwarding number rang"),
    "in-progress": gettext_lazy("Somebody picked up"),
    "answered": gettext_lazy("Somebody picked up"),
    "completed": gettext_lazy("The conversation ended"),
    "busy": gettext_lazy("The forwarding number was busy"),
    "no-answer": gettext_lazy("Nobody picked up"),
    "failed": gettext_lazy("The forwarding number could not be reached"),
    "canceled": gettext_lazy("The caller hung up first"),
}
_ITSELF: dict[str, _StrPromise] = {
    "ringing": gettext_lazy("The caller heard it ring"),
    "in-progress": gettext_lazy("The caller was connected"),
    "completed": gettext_lazy("The call ended"),
    "busy": gettext_lazy("The caller heard “busy”"),
    "no-answer": gettext_lazy("The call ended unanswered"),
    "failed": gettext_lazy("The call broke off"),
    "canceled": gettext_lazy("The caller hung up"),
}


def is_logged_late(call: Call) -> bool:
    """Whether the call was written down afterwards: the database was away when it came in."""
    return call.logged_at - call.received_at > LATE


def of(call: Call) -> list[Event]:
    """Every event of ``call`` that the database knows, in order."""
    events = [
        Event(call.received_at, _("The call came in")),
        Event(call.received_at, _decided(call), sentence(call.reason)),
    ]
    if is_logged_late(call):
        detail = _("The database could not be reached when the call came in.")
        events.append(Event(call.logged_at, _("Logged afterwards"), detail))
    rows = call.events.order_by("received_at", "pk")[:MOST]
    events += [_reported(call, event) for event in rows]
    return sorted(events, key=lambda event: event.at)


def _decided(call: Call) -> str:
    if call.decision == Call.Decision.FORWARD:
        return _("Decided: forwarded to %s") % call.destination
    return _("Decided: not forwarded")


def _reported(call: Call, event: CallEvent) -> Event:
    dialled = event.leg != call.sid
    words = (_DIALLED if dialled else _ITSELF).get(event.status)
    title = str(words) if words else _("Carrier: %s") % event.status
    detail = [_("After %s minutes.") % length(event.seconds)] if event.seconds else []
    if _came_too_late(call, event):
        detail.append(_("Came too late to change anything."))
    return Event(event.received_at, title, " ".join(detail), muted=not event.applied)


def _came_too_late(call: Call, event: CallEvent) -> bool:
    """Of reports that moved nothing those that could have; that it rings never moves anything."""
    telling = (event.leg != call.sid) == (call.decision == Call.Decision.FORWARD)
    moves = event.status in ENDINGS or (event.status in PICKED_UP and event.leg != call.sid)
    return not event.applied and telling and moves and call.ended_at is not None
