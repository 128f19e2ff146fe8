"""Who called: how much of the number a reader sees, and where it is from.

Whole numbers are for who may set up call forwarding; see `accounts.roles`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.current import user_may
from accounts.roles import Capability
from consent.numbering import (
    AreaCode,
    NumberError,
    NumberKind,
    area_codes,
    is_withheld,
    mask,
    parse,
)
from sending.countries import country_name
from sending.law_table import state_name

if TYPE_CHECKING:
    from django.http import HttpRequest

_E164 = re.compile(r"\+[1-9][0-9]{6,14}").fullmatch


def sees_whole(request: HttpRequest) -> bool:
    return user_may(request, Capability.CALL_FORWARDING)


def shown(caller: str, *, whole: bool) -> str:
    """``caller``, as the carrier gave it, for a reader."""
    if is_withheld(caller):
        return _("withheld")
    return caller if whole else mask(caller)


def spelt(text: str) -> str | None:
    """The caller that a whole number in any spelling means; None for anything else."""
    try:
        return parse(text).e164
    except NumberError:
        # Calls also come from numbers that cannot be; they are found as the list shows them.
        return text.strip() if _E164(text.strip()) else None


def country_of(caller: str) -> str:
    """ISO 3166 by our own table; "" where the number tells none."""
    if is_withheld(caller) or not _E164(caller):
        return ""
    if caller.startswith("+1"):
        area = _area(caller)
        return area.country if area is not None else ""
    try:
        return parse(caller).country
    except NumberError:
        return ""


def place_of(caller: str) -> str:
    """``Florida, United States (area code 239)``; "" where the number tells nothing."""
    area = _area(caller)
    if area is None:
        return country_name(country_of(caller))
    code = _("area code %s") % area.code
    if area.kind is NumberKind.TOLL_FREE:
        return _("toll-free (%s)") % code
    names = [state_name(area.state), country_name(area.country)]
    named = ", ".join(name for name in names if name)
    return f"{named} ({code})" if named else code


def _area(caller: str) -> AreaCode | None:
    if is_withheld(caller) or not _E164(caller) or not caller.startswith("+1"):
        return None
    return area_codes().get(caller[2:5])
