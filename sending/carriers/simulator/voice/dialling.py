"""The leg to the destination: whom it rings, as whom, and what its callback is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from consent.numbering import NumberError, parse
from sending.carriers.simulator.voice import forms
from sending.carriers.simulator.voice.call import Call, call_sid, now
from sending.carriers.simulator.voice.twiml import Callback, Dial, TwimlError

# Method, address and form of one callback.
Put = Callable[[str, str, dict[str, str]], None]


class Leg:
    """One dialled leg of ``call``, whose fields it fills."""

    def __init__(self, call: Call, dial: Dial, put: Put) -> None:
        """Raises `TwimlError` for a caller id that may not be shown."""
        self._call = call
        self._callback: Callback | None = dial.callback
        self._put = put
        self._sequence = 0
        call.caller_id = _caller_id(dial, call)
        call.child_sid = call_sid()
        call.connected_at = call.disconnected_at = None

    def start(self, number: str) -> str:
        """Dial ``number``, in E.164 or any American spelling; says why that cannot be."""
        try:
            self._call.destination = parse(number).e164
        except NumberError as error:
            self._call.destination = number
            self._tell("initiated", "initiated")
            return error.problem.value.replace("_", " ")
        self._tell("initiated", "initiated")
        self._tell("ringing", "ringing")
        return ""

    def answer(self) -> None:
        self._call.connected_at = now()
        self._tell("answered", "in-progress")

    def over(self, status: str) -> timedelta:
        """How long both talked."""
        call = self._call
        talked = timedelta(0)
        if call.connected_at is not None:
            call.disconnected_at = now()
            talked = call.disconnected_at - call.connected_at
        self._tell("completed", status, talked)
        return talked

    def _tell(self, event: str, status: str, talked: timedelta | None = None) -> None:
        """Only what was asked for is told, and counted."""
        callback = self._callback
        if callback is None or event not in callback.events:
            return
        form = forms.leg(self._call, status=status, sequence=self._sequence, talked=talked)
        self._put(callback.method, callback.address, form)
        self._sequence += 1


def _caller_id(dial: Dial, call: Call) -> str:
    """Twilio also takes numbers verified by the account, of which this carrier knows none."""
    if not dial.caller_id:
        return call.caller
    try:
        shown = parse(dial.caller_id).e164
    except NumberError:
        shown = dial.caller_id
    if shown not in {call.caller, call.number}:
        raise TwimlError("Dial: callerId must be the caller's number or the one called (13214)")
    return shown
