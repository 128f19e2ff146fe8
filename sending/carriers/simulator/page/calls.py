"""Calls as the page shows them: who calls whom, where it stands in words, what can be done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from sending.carriers.simulator.voice.call import Action, Call, State, clock
from sending.carriers.simulator.voice.switchboard import CannotCallError, Switchboard

SHOWN: Final = 20
EXAMPLES: Final = (
    ("+12395550123", "Florida"),
    ("+15125550123", "Texas"),
    ("+17875550123", "Puerto Rico"),
    ("+14165550123", "Canada"),
    ("+18765550123", "Jamaica"),
    ("+442079460123", "United Kingdom"),
    ("+18885550150", "Toll-free"),
    ("anonymous", "Number withheld"),
)
_LABELS: Final = {
    Action.HANG_UP: "Hang up",
    Action.ANSWER: "Answer",
    Action.DECLINE: "Decline",
}


def placing(switchboard: Switchboard, *, refused: tuple[str, str] | None) -> dict[str, Any]:
    """The form; ``refused`` is the caller and the number of a call that could not be placed."""
    caller, to = refused or ("", "")
    objection = ""
    if refused is not None:
        try:
            switchboard.judge(caller, to)
        except CannotCallError as error:
            objection = str(error)
    return {
        "examples": [{"number": number, "place": place} for number, place in EXAMPLES],
        "callable": sorted(switchboard.numbers.with_voice()),
        "caller": caller[:40],
        "to": to[:40],
        "objection": objection,
    }


def listed(switchboard: Switchboard) -> list[dict[str, Any]]:
    """The newest calls, newest first."""
    return [_listed(call) for call in switchboard.newest(SHOWN)]


def on_phone(switchboard: Switchboard, phone: str) -> list[dict[str, Any]]:
    """The calls that this phone has on its screen now, with what its owner may do."""
    shown = []
    for call in switchboard.under_way():
        if phone == call.caller:
            heading = f"Calling {call.number}"
            actions = [Action.HANG_UP]
            words = _standing(call)
        elif phone == call.destination and call.state is State.RINGING_DESTINATION:
            heading, words = f"Call from {call.caller_id}", "Ringing"
            actions = [Action.ANSWER, Action.DECLINE]
        elif phone == call.destination and call.talking:
            heading, words = f"Call from {call.caller_id}", "Connected"
            actions = [Action.HANG_UP]
        else:
            continue
        by = "destination" if phone == call.destination else "caller"
        shown.append(
            {
                "sid": call.sid,
                "heading": heading,
                "words": words,
                "clock": _clock(call),
                "buttons": _buttons(call, actions, place="handset", by=by),
            }
        )
    return shown


def _listed(call: Call) -> dict[str, Any]:
    words = _standing(call)
    answer = f"HTTP {call.http_status} in {call.milliseconds} ms" if call.http_status else ""
    return {
        "sid": call.sid,
        "caller": call.caller,
        "caller_address": _phone(call.caller),
        "number": call.number,
        "destination": call.destination,
        "destination_address": _phone(call.destination),
        "live": call.state is not State.ENDED,
        "words": words,
        "clock": _clock(call),
        # Without the time, which would be read out each second.
        "said": f"Call from {call.caller} to {call.number}: {words}",
        "bad": bool(call.error),
        "difference": call.difference,
        "time": f"{call.placed_at:%H:%M:%S}",
        "iso": call.placed_at.isoformat(),
        "answer": answer,
        "twiml": call.twiml,
        "buttons": _buttons(call, list(_LABELS), place="list", by="caller"),
    }


def _standing(call: Call) -> str:
    match call.state:
        case State.ASKING:
            return "Ringing; the voice address is asked"
        case State.RINGING:
            return "Ringing; nobody answers"
        case State.RINGING_DESTINATION:
            return f"Ringing at {call.destination}"
        case State.CONNECTED:
            return "Connected" if call.talking else "Answered; the caller hears silence"
        case State.ENDED:
            return call.outcome


def _clock(call: Call) -> str:
    """How long it has been as it is; empty once it is over, for then the outcome says it."""
    if call.state is State.ENDED:
        return ""
    since: datetime | None = call.placed_at
    if call.state is State.CONNECTED:
        since = call.connected_at if call.talking else call.answered_at
    lasted: timedelta = call.lasted(since)
    return clock(lasted)


def _buttons(call: Call, wanted: list[Action], *, place: str, by: str) -> list[dict[str, str]]:
    return [
        {
            "id": f"{place}-{action}-{call.sid}",
            "address": f"/simulator/calls/{call.sid}/{action}",
            "label": _LABELS[action],
            "kind": action,
            "of": f" the call from {call.caller}",
            "by": by,
            "place": place,
        }
        for action in wanted
        if action in call.actions
    ]


def _phone(number: str) -> str:
    return f"/simulator/?{urlencode({'number': number})}" if number else ""
