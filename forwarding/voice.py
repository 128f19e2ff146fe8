"""The answer to a carrier that announces a call, in its voice markup (TwiML)."""

from __future__ import annotations

from functools import lru_cache

from twilio.twiml.voice_response import Dial, VoiceResponse

from forwarding.routing import Decision, Routing

# How long the destination's phone rings before the carrier says "no answer": the carrier's own
# default, said aloud because carriers that speak the same API have others.
DIAL_SECONDS = 30
# Nobody lets a phone ring for longer, and networks end an unanswered call well before (to be tried
# on a live line; docs/forwarding.md).
RING_SECONDS = 300


def answer(routing: Routing, *, status_callback: str) -> str:
    """The markup for ``routing``; reports on the dialled leg go to ``status_callback``."""
    if routing.decision is Decision.RING:
        return ring()
    return _forward(routing.destination, status_callback)


@lru_cache(maxsize=1)
def ring() -> str:
    """The line rings until the caller hangs up, and nobody answers.

    A pause before any verb that answers waits before picking up (Twilio's page on Pause), so it
    comes first. At its end the document would be over, and what a carrier does then nobody says: it
    may pick up and hang up, which would be billed. Reject is the one verb that ends a call without
    answering it, so it stands behind; five minutes on, whoever is still there hears "busy".
    """
    response = VoiceResponse()
    response.pause(length=RING_SECONDS)
    response.reject(reason="busy")
    return str(response)


@lru_cache(maxsize=256)
def _forward(destination: str, status_callback: str) -> str:
    """Dial. Without a caller id the caller's own is shown; with ``answerOnBridge`` the caller hears
    ringing until somebody answers. Without an ``action`` nothing has to be fetched when the
    destination has hung up, so that no failure of ours is read to the caller."""
    response = VoiceResponse()
    dial = Dial(answer_on_bridge=True, timeout=DIAL_SECONDS)
    dial.number(
        destination,
        status_callback=status_callback,
        status_callback_event="initiated ringing answered completed",
        status_callback_method="POST",
    )
    response.append(dial)
    return str(response)
