"""Forward a call or let it ring: decided by the caller's area code. Pure: no database, no clock.

Forwarded is a caller in an area code of the United States: states, DC, territories (PRODUCT.md
section 6, by NANPA's table). Whatever is not known to be that is not forwarded, and the line rings
until the caller hangs up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from consent.numbering import NumberKind, area_codes, is_withheld


class Decision(StrEnum):
    FORWARD = "forward"
    RING = "ring"


class Reason(StrEnum):
    """Why; the first that holds, in this order. `forwarding.words` has the sentences."""

    DATABASE_AWAY = "database_away"
    NUMBER_NOT_OURS = "number_not_ours"
    NUMBER_RELEASED = "number_released"
    NO_RULE = "no_rule"
    DESTINATION_IS_A_SENDER = "destination_is_a_sender"
    WITHHELD = "caller_withheld"
    UNREADABLE = "caller_unreadable"
    OTHER_COUNTRY = "caller_other_country"
    AREA_CODE_UNASSIGNED = "caller_area_code_unassigned"
    TOLL_FREE = "caller_toll_free"
    CANADIAN = "caller_canadian"
    SERVICE = "caller_service"
    CARIBBEAN = "caller_caribbean"
    US_CALLER = "caller_us"


@dataclass(frozen=True, slots=True)
class Line:
    """The called number when the call came in; ``destination`` is "" without a rule.

    ``looped``: the destination has since become a sender number of some workspace.
    """

    ours: bool = False
    released: bool = False
    destination: str = ""
    looped: bool = False


@dataclass(frozen=True, slots=True)
class Routing:
    """``destination`` is where to, in E.164; "" when the line is to ring."""

    decision: Decision
    reason: Reason
    destination: str = ""


def route(caller: str, line: Line) -> Routing:
    """What becomes of a call by ``caller``, as the carrier gave it, to ``line``."""
    reason = _of_line(line) or of_caller(caller)
    if reason is not Reason.US_CALLER:
        return Routing(Decision.RING, reason)
    return Routing(Decision.FORWARD, reason, line.destination)


def _of_line(line: Line) -> Reason | None:
    if not line.ours:
        return Reason.NUMBER_NOT_OURS
    if line.released:
        return Reason.NUMBER_RELEASED
    if not line.destination:
        return Reason.NO_RULE
    return Reason.DESTINATION_IS_A_SENDER if line.looped else None


# Carriers give callers in E.164. Without the plus sign nobody can tell 321 in Florida from 32 1 in
# Belgium, so that is no number here.
_CALLER = re.compile(r"\+[1-9][0-9]{6,14}").fullmatch
# An exchange is NXX with N from 2 to 9, and never N11.
_SUBSCRIBER = re.compile(r"\+1[2-9][0-9]{2}[2-9](?!11)[0-9]{6}").fullmatch


def of_caller(caller: str) -> Reason:
    """What ``caller`` is: `Reason.US_CALLER`, or why nobody forwards it."""
    # First, for the sentinels spell numbers that exist.
    if is_withheld(caller):
        return Reason.WITHHELD
    if not _CALLER(caller):
        return Reason.UNREADABLE
    if not caller.startswith("+1"):
        return Reason.OTHER_COUNTRY
    if len(caller) != len("+12125550123"):
        return Reason.UNREADABLE
    area = area_codes().get(caller[2:5])
    if area is None:
        return Reason.AREA_CODE_UNASSIGNED
    # Toll-free before the country: those codes belong to the whole numbering plan.
    if area.kind is NumberKind.TOLL_FREE:
        return Reason.TOLL_FREE
    if area.country == "CA":
        return Reason.CANADIAN
    if area.kind is not NumberKind.GEOGRAPHIC:
        return Reason.SERVICE
    if area.country != "US":
        return Reason.CARIBBEAN
    return Reason.US_CALLER if _SUBSCRIBER(caller) else Reason.UNREADABLE
