"""What routing decided, in words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from forwarding.routing import Reason

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

SENTENCES: dict[Reason, _StrPromise] = {
    Reason.DATABASE_AWAY: _("The database could not be reached, so nobody could look it up."),
    Reason.NUMBER_NOT_OURS: _("The called number is no sender number of this workspace."),
    Reason.NUMBER_RELEASED: _("The called number has been released."),
    Reason.NO_RULE: _("Call forwarding was not set up for the called number."),
    Reason.DESTINATION_IS_A_SENDER: _(
        "The forwarding number is itself used for sending: the call would go round in circles."
    ),
    Reason.WITHHELD: _("The caller withheld the number."),
    Reason.UNREADABLE: _("What the carrier gave as the caller is no phone number."),
    Reason.OTHER_COUNTRY: _("The caller is in another country."),
    Reason.AREA_CODE_UNASSIGNED: _("Nobody has the caller's area code."),
    Reason.TOLL_FREE: _("The caller's number is toll-free."),
    Reason.CANADIAN: _("The caller has a Canadian area code."),
    Reason.SERVICE: _("The caller's area code is that of a service, not of a place."),
    Reason.CARIBBEAN: _("The caller has an area code in the Caribbean or Bermuda."),
    Reason.US_CALLER: _("The caller has a US area code."),
}


def sentence(code: str) -> str:
    """The sentence for a reason's code; the code itself for one that an older release wrote."""
    try:
        return str(SENTENCES[Reason(code)])
    except ValueError:
        return code
