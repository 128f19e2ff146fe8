"""What the carrier says of a call: read from its form, and how a report moves the call on."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models.functions import Now

from forwarding.calls import Ringing
from forwarding.models import Call

if TYPE_CHECKING:
    from forwarding.incoming import Incoming

logger = logging.getLogger(__name__)
Outcome = Call.Outcome
# Twilio's words for how a dialled leg ended (call statuses of its voice API), as outcomes.
ENDINGS: dict[str, Outcome] = {
    "completed": Outcome.ANSWERED,
    "busy": Outcome.BUSY,
    "no-answer": Outcome.NO_ANSWER,
    "failed": Outcome.FAILED,
    "canceled": Outcome.CALLER_HUNG_UP,
}
_DIGITS = re.compile(r"[0-9]+").fullmatch
MOST_SECONDS = 2_147_483_647  # what the column holds
# Somebody picked up; how long they talked comes with "completed".
PICKED_UP = {"in-progress", "answered"}


@dataclass(frozen=True, slots=True)
class Report:
    """One status callback. ``leg`` is the dialled call, or the call itself."""

    call: str
    leg: str
    status: str
    seconds: int | None

    @property
    def of_dialled_leg(self) -> bool:
        return self.leg != self.call


def ringing_of(told: Incoming) -> Ringing:
    return Ringing(
        sid=told.text("CallSid", 64),
        caller=told.text("From", 64),
        called=told.text("To", 64),
        carrier_country=told.text("FromCountry", 8),
    )


def is_of(told: Incoming, account_sid: str, auth_token: str) -> bool:
    """Whether the carrier signed this, and for this account: two may have the same secret."""
    return told.text("AccountSid", 64) == account_sid and told.is_signed(auth_token)


def report_of(told: Incoming) -> Report | None:
    """The report in a form; None where it lacks what matters."""
    leg, status = told.text("CallSid", 64), told.text("CallStatus", 30)
    if not leg or not status:
        return None
    seconds = told.text("CallDuration", 12) or told.text("DialCallDuration", 12)
    return Report(
        call=told.text("ParentCallSid", 64) or leg,
        leg=leg,
        status=status,
        seconds=min(int(seconds), MOST_SECONDS) if _DIGITS(seconds) else None,
    )


@transaction.atomic
def apply(told: Incoming) -> bool:
    """Keep a verified report once, and let it move its call on; False when it moves nothing.

    Reports come twice and in any order. The first that says how the leg ended is the last word.
    """
    report = report_of(told)
    if report is None:
        logger.warning("call status ignored: call or status missing, account %s", told.account_id)
        return False
    rows = Call.objects.select_for_update(no_key=True)
    call = rows.filter(account_id=told.account_id, sid=report.call).first()
    if call is None:
        logger.warning("call status ignored: no such call, account %s", told.account_id)
        return False
    moved = _moved(call, report)
    if not _store_once(call, report, applied=bool(moved)) or not moved:
        return False
    call.save(update_fields=moved)
    return True


def _moved(call: Call, report: Report) -> list[str]:
    """Move ``call`` on; the names of the fields that changed, none for what comes too late."""
    if call.ended_at is not None:
        return []
    if report.of_dialled_leg != (call.decision == Call.Decision.FORWARD):
        # Of a forwarded call the dialled leg tells; of one that rang, the call itself.
        return []
    if report.status in PICKED_UP and report.of_dialled_leg and call.outcome == Outcome.PENDING:
        call.outcome = Outcome.ANSWERED
        return ["outcome"]
    if report.status not in ENDINGS:
        return []
    if report.of_dialled_leg:
        call.outcome = ENDINGS[report.status]
    call.seconds = report.seconds
    call.ended_at = Now()
    return ["outcome", "seconds", "ended_at"]


# One statement: of two equal reports at once, one is stored and the other is a repeat.
_STORE_ONCE = """
    INSERT INTO forwarding_callevent (call_id, leg, status, seconds, applied, received_at)
    VALUES (%s, %s, %s, %s, %s, clock_timestamp())
    ON CONFLICT (call_id, leg, status) DO NOTHING RETURNING id
"""


def _store_once(call: Call, report: Report, *, applied: bool) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_STORE_ONCE, [call.pk, report.leg, report.status, report.seconds, applied])
        return cursor.fetchone() is not None
