"""What became of a call, in words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forwarding.models import Call
from forwarding.voice import DIAL_SECONDS

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Outcome = Call.Outcome
# As `forwarding.voice` has it played; a repeat of the outcome's name would say less.
_HEARD: dict[str, _StrPromise] = {
    Outcome.PENDING: gettext_lazy("Ringing. What came of it the carrier has not said."),
    Outcome.ANSWERED: gettext_lazy("Ringing, then whoever answered."),
    Outcome.BUSY: gettext_lazy("Ringing, until the call ended: the forwarding number was busy."),
    Outcome.FAILED: gettext_lazy(
        "Ringing, if anything, until the call ended: the forwarding number could not be reached."
    ),
    Outcome.CALLER_HUNG_UP: gettext_lazy("Ringing, until they hung up themselves."),
    Outcome.NOT_FORWARDED: gettext_lazy("Ringing, and nobody answered."),
}


def heard(call: Call) -> str:
    """What the caller heard."""
    if call.outcome == Outcome.NO_ANSWER:
        sentence = _("Ringing, for up to %d seconds, until the call ended: nobody picked up.")
        return sentence % DIAL_SECONDS
    return str(_HEARD.get(call.outcome, ""))


def length(seconds: int | None) -> str:
    """``1:05`` minutes; "" where nothing was reported."""
    return "" if seconds is None else f"{seconds // 60}:{seconds % 60:02}"
