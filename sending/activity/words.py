"""Reasons and facts in words: what people read instead of codes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sending.carriers.errors import describe
from sending.gate.codes import Code, sentence
from sending.law_table import state_name

if TYPE_CHECKING:
    from collections.abc import Mapping


class HasReason(Protocol):
    reason: str
    limits_hit: str
    error_code: str


# Reasons that dispatch and settling write beside the gate's.
_DISPATCH = {
    "carrier_refused": gettext_lazy("Refused by the carrier."),
    "carrier_busy": gettext_lazy("The carrier could not take it over."),
    "no_answer": gettext_lazy("The carrier gave no clear answer."),
    "lease_expired": gettext_lazy("The worker that was sending it stopped."),
    "settled_by_hand": gettext_lazy("Settled by hand."),
}


def reason(message: HasReason) -> str:
    """Why the message is where it is, by the gate or the carrier; "" when it just went."""
    return of_codes(message.reason, message.error_code)


def of_codes(code: str, error_code: str = "") -> str:
    """As `reason`, for the two codes alone."""
    if code in Code.values:
        return sentence(code)
    if error_code:
        return describe(error_code)
    return str(_DISPATCH.get(code, code))


def limits(codes: str, *, but: str = "") -> list[str]:
    """The sentences of comma-separated limits, without that of the reason itself."""
    return [sentence(code) for code in codes.split(",") if code and code != but]


_CONSENT = {
    "opted_in": gettext_lazy("opted in to this purpose"),
    "opted_out": gettext_lazy("opted out of this purpose"),
    "none": gettext_lazy("none to this purpose"),
}
_NUMBER_KINDS = {
    "geographic": gettext_lazy("a geographic number"),
    "toll_free": gettext_lazy("a toll-free number"),
    "service": gettext_lazy("a service number"),
    "foreign": gettext_lazy("a number outside North America"),
}
_BASES = {
    "keyword": gettext_lazy("answers a keyword"),
    "conversation": gettext_lazy("an open conversation"),
    "own_action": gettext_lazy("the person's own action"),
    "own_number": gettext_lazy("a member's own number"),
}


def facts(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a decision was made from, as (name, value) in words; ``given`` is `Facts.dump`."""
    found = [
        (_("Number"), _known(_NUMBER_KINDS, given.get("number_kind"), _("no number that exists"))),
        (_("Country and state"), _place(given.get("country"), given.get("state"))),
        (_("Sender"), _sender(given.get("sender_country"))),
        (_("Consent"), _known(_CONSENT, given.get("consent"), _("unknown"))),
        (_("Opted out of everything"), _yes_no(given.get("opted_out"))),
        (_("Last promotional messages"), _times(given.get("sent"))),
    ]
    if given.get("basis"):
        found.append((_("May go without consent"), _known(_BASES, given["basis"], _("unknown"))))
    return found


def _known(words: Mapping[str, Any], value: object, otherwise: str) -> str:
    return str(words.get(str(value), value)) if value else otherwise


def _yes_no(value: object) -> str:
    if value is None:
        return _("unknown")
    return _("yes") if value else _("no")


def _place(country: str | None, state: str | None) -> str:
    if not country:
        return _("unknown")
    return f"{country}, {state_name(state)}" if state else country


def _sender(country: str | None) -> str:
    if country is None:
        return _("unknown")
    return _("there is one for %s") % country if country else _("none for this country")


def _times(sent: list[str] | None) -> str:
    if sent is None:
        return _("unknown")
    if not sent:
        return _("none")
    shown = [date_format(datetime.fromisoformat(time), "Y-m-d H:i:s") for time in sent]
    return ", ".join(shown) + " UTC"


def policy(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The workspace's choices at the time, in words; ``given`` is `Policy.dump`."""
    seconds = given.get("smart_window_seconds")
    window = _("off") if seconds is None else _("%g hours") % (seconds / 3600)
    states = sorted({state_name(row["state"]) for row in given.get("limits", [])})
    return [
        (_("Smart Sending"), window),
        (_("State-law limits"), ", ".join(states) if states else _("none applied")),
    ]
