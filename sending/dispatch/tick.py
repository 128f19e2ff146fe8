"""A round of the metronome, and a beat of it."""

from __future__ import annotations

from time import monotonic

from sending.campaigns.endings import finish_if_done
from sending.campaigns.fanout import fan_out_chunk
from sending.campaigns.moves import start_due
from sending.dispatch.admit import admit
from sending.dispatch.halt import halted
from sending.dispatch.post import post
from sending.dispatch.settle import settle_surely
from sending.models import Campaign

BEAT_SECONDS = 20.0


def tick() -> int:
    """One round: claim and gate a batch, send it, settle it. Answers how many it looked at."""
    batch = admit()
    if batch.postings:
        for results in post(batch, halted=halted):
            settle_surely(batch.claim, results)
    return batch.looked_at


def beat(*, seconds: float = BEAT_SECONDS) -> int:
    """Start what is due, fan out, and go round while there is work, for ``seconds`` at most.

    Any number of workers may do so at once. Answers how many messages were looked at.
    """
    until = monotonic() + seconds
    start_due()
    looked_at = 0
    while True:
        more = fan_out()
        done = tick()
        looked_at += done
        if not done and not more:
            finish()
            return looked_at
        if monotonic() > until:
            return looked_at


def fan_out() -> bool:
    """Make a chunk of messages for each campaign that lacks some; whether one lacks more."""
    lacking = Campaign.objects.filter(status=Campaign.Status.SENDING, fanout_done=False)
    more = [fan_out_chunk(pk) for pk in lacking.values_list("pk", flat=True)]
    return any(more)


def finish() -> None:
    """Close the campaigns with nothing left to send."""
    through = Campaign.objects.filter(status=Campaign.Status.SENDING, fanout_done=True)
    for pk in through.values_list("pk", flat=True):
        finish_if_done(pk)
