"""Whether calls to a number can be forwarded at all, and why not. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from sending.models import SenderNumber

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Kind = SenderNumber.Kind
Verification = SenderNumber.Verification


@dataclass(frozen=True, slots=True)
class Unavailable:
    """``code`` is stable."""

    code: str
    sentence: _StrPromise


SHORT_CODE = Unavailable("short_code", _("Nobody can call a short code; it is for texts only."))
NOT_US = Unavailable("not_a_us_number", _("Calls are forwarded from US toll-free numbers only."))
NOT_TOLL_FREE = Unavailable(
    "not_toll_free", _("Calls are forwarded from toll-free numbers only; this is a local number.")
)
RELEASED = Unavailable(
    "released",
    _("This number has been released: whoever has it now gets its calls, Tollgate forwards none."),
)


def unavailable(sender: SenderNumber) -> Unavailable | None:
    """Why calls of ``sender`` cannot be forwarded; None when they can.

    The state of the verification does not matter: it is about texts, and calls come in before it
    is decided and after it was refused.
    """
    if sender.verification == Verification.RELEASED:
        return RELEASED
    if sender.kind == Kind.SHORT_CODE:
        return SHORT_CODE
    if sender.country != "US":
        return NOT_US
    return None if sender.kind == Kind.TOLL_FREE else NOT_TOLL_FREE
