"""The forms that Twilio posts about a call."""

from __future__ import annotations

import math
from datetime import timedelta
from email.utils import format_datetime

from consent.numbering import NumberError, parse
from sending.carriers.simulator.resource import API_VERSION
from sending.carriers.simulator.voice.call import Call, now


def inbound(call: Call) -> dict[str, str]:
    """What a number's voice address is asked with."""
    return {**_parent(call), **_places(call.caller, call.number)}


def ended(call: Call) -> dict[str, str]:
    """What a number's own status callback is told once the whole call is over."""
    return {
        **_parent(call),
        **_places(call.caller, call.number),
        **_durations(call.lasted(call.answered_at)),
        "CallbackSource": "call-progress-events",
        "SequenceNumber": "0",
        "Timestamp": format_datetime(now()),
    }


def leg(call: Call, *, status: str, sequence: int, talked: timedelta | None) -> dict[str, str]:
    """One event of the leg that ``call`` dials; ``talked`` once it is over."""
    form = {
        "AccountSid": call.own.account,
        "ApiVersion": API_VERSION,
        "CallSid": call.child_sid,
        "CallStatus": status,
        "CallbackSource": "call-progress-events",
        "Called": call.destination,
        "Caller": call.caller_id,
        "Direction": "outbound-dial",
        "From": call.caller_id,
        "ParentCallSid": call.sid,
        "SequenceNumber": str(sequence),
        "Timestamp": format_datetime(now()),
        "To": call.destination,
        **_places(call.caller_id, call.destination),
    }
    return form if talked is None else {**form, **_durations(talked)}


def _parent(call: Call) -> dict[str, str]:
    return {
        "AccountSid": call.own.account,
        "ApiVersion": API_VERSION,
        "CallSid": call.sid,
        "CallStatus": call.status,
        "Called": call.number,
        "Caller": call.caller,
        "Direction": "inbound",
        "From": call.caller,
        "To": call.number,
    }


def _durations(length: timedelta) -> dict[str, str]:
    """Seconds begun, and minutes begun, as they are billed."""
    seconds = math.ceil(length.total_seconds())
    return {"CallDuration": str(seconds), "Duration": str(math.ceil(seconds / 60))}


def _places(caller: str, called: str) -> dict[str, str]:
    """Country and state of both ends; empty where nobody knows, as for a withheld number."""
    form: dict[str, str] = {}
    for ends, number in ((("From", "Caller"), caller), (("To", "Called"), called)):
        try:
            found = parse(number)
        except NumberError:
            country = state = ""
        else:
            country, state = found.country, found.state
        for end in ends:
            form |= {f"{end}City": "", f"{end}State": state, f"{end}Zip": ""}
            form[f"{end}Country"] = country
    return form
