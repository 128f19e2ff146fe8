"""Asks a number's voice address what to do with a call."""

from __future__ import annotations

import time
from typing import Final

from sending.carriers.simulator.signed import FAILURES, TIMEOUT_SECONDS, Reply, SignedRequests
from sending.carriers.simulator.voice import forms
from sending.carriers.simulator.voice.call import Call
from sending.carriers.simulator.voice.twiml import LONGEST, TwimlError, Verb, parse

# Twilio reads text/html as TwiML too; anything else it would play or read out.
_TWIML: Final = {"text/xml", "application/xml", "text/html"}


async def ask(call: Call, requests: SignedRequests, *, replay: bool) -> list[Verb]:
    """The verbs of the answer; what came stands in ``call``.

    With ``replay`` it asks twice, one after the other, and carries out the first answer. Raises
    `TwimlError` for what no carrier could carry out, no answer included.
    """
    form = forms.inbound(call)
    began = time.perf_counter()
    reply = await _request(call, form, requests)
    call.milliseconds = round((time.perf_counter() - began) * 1000)
    call.http_status, call.twiml = reply.status, reply.text[:LONGEST]
    if replay:
        call.difference = await _ask_again(call, form, reply, requests)
    if reply.status >= 300:
        raise TwimlError(f"the voice address answered HTTP {reply.status}")
    if reply.content_type not in _TWIML:
        raise TwimlError(f"the voice address answered with {reply.content_type}, not with XML")
    return parse(reply.text, base=call.own.voice_url)


async def _ask_again(
    call: Call, form: dict[str, str], first: Reply, requests: SignedRequests
) -> str:
    """How the answer to the same request differs; empty: it does not."""
    try:
        second = await _request(call, form, requests)
    except TwimlError as error:
        return f"Asked again, {error}"
    if second.status != first.status:
        return f"Asked again, the voice address answered HTTP {second.status}"
    if second.text != first.text:
        return f"Asked again, the voice address answered otherwise: {second.text[:500]}"
    return ""


async def _request(call: Call, form: dict[str, str], requests: SignedRequests) -> Reply:
    own = call.own
    try:
        return await requests.send(own.voice_method, own.voice_url, form, redirects=False)
    except TimeoutError:
        within = f"within {TIMEOUT_SECONDS:g} seconds"
        raise TwimlError(f"the voice address did not answer {within}") from None
    except FAILURES as error:
        kind = type(error).__name__
        raise TwimlError(f"the voice address could not be reached ({kind})") from None
