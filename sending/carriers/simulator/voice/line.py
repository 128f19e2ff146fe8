"""Carries one call out: does what the document of the voice address says, and what people do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from sending.carriers.simulator.faults import Faults
from sending.carriers.simulator.voice import forms
from sending.carriers.simulator.voice.call import Action, Call, State, clock, now
from sending.carriers.simulator.voice.dialling import Leg
from sending.carriers.simulator.voice.outbox import Outbox
from sending.carriers.simulator.voice.twiml import (
    Dial,
    Hangup,
    Pause,
    Reject,
    TwimlError,
    Verb,
)


@dataclass(frozen=True, slots=True)
class Ending:
    """Why the call is over: Twilio's status for it, and words for the page."""

    status: str
    words: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Hand:
    """What a person did, and with which of the two phones."""

    action: Action
    at_destination: bool


class Line:
    """The caller's line; `act` is what a person does meanwhile, `run` everything else.

    ``document`` asks the voice address.
    """

    def __init__(
        self,
        call: Call,
        *,
        document: Callable[[], Coroutine[None, None, list[Verb]]],
        outbox: Outbox,
        faults: Callable[[], Faults],
    ) -> None:
        self.call = call
        self._document = document
        self._outbox = outbox
        self._faults = faults
        self._hand: asyncio.Future[Hand] | None = None
        self._settled = asyncio.Event()
        # What the document did so far, and how the last dialled leg ended.
        self._words: list[str] = []
        self._last_status = "no-answer"

    async def act(self, action: Action, *, at_destination: bool) -> bool:
        """Do it, unless the state of the call forbids it; back once that state has changed."""
        if action not in self.call.actions or self._hand is None or self._hand.done():
            return False
        self._settled.clear()
        self._hand.set_result(Hand(action, at_destination))
        await self._settled.wait()
        return True

    async def run(self) -> None:
        """Until the call is over and its end is told."""
        try:
            self._end(await self._converse())
        finally:
            self._settled.set()

    def _end(self, ending: Ending) -> None:
        call = self.call
        call.status = ending.status
        call.error = ending.error
        words = [*self._words, ending.words] if ending.words else self._words
        outcome = "; ".join(words)
        call.outcome = outcome[:1].upper() + outcome[1:]
        call.ended_at = now()
        call.state = State.ENDED
        own = call.own
        if own.status_callback:
            form = forms.ended(call)
            self._put(own.status_callback_method, own.status_callback, form)

    async def _converse(self) -> Ending:
        asked = asyncio.create_task(self._document())
        try:
            # The time-outs of the requests end this wait at the latest.
            if await self._wait(None, Action.HANG_UP, until=asked):
                return Ending("canceled", "the caller hung up before the voice address answered")
            verbs = asked.result()
        except TwimlError as error:
            return self._read_error(str(error))
        finally:
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)
        for verb in verbs:
            ending = await self._carry_out(verb)
            if ending is not None:
                return ending
        return self._document_over()

    async def _carry_out(self, verb: Verb) -> Ending | None:
        """None: the document goes on."""
        match verb:
            case Pause():
                return await self._pause(verb)
            case Reject():
                return self._reject(verb)
            case Hangup():
                self._answer()
                return Ending("completed", "the document hung up")
            case Dial():
                return await self._dial(verb)

    async def _pause(self, verb: Pause) -> Ending | None:
        """Ringing, as long as nothing has answered; then silence."""
        call = self.call
        call.state = State.CONNECTED if call.answered_at else State.RINGING
        if not await self._wait(verb.seconds, Action.HANG_UP):
            return None
        if call.answered_at:
            return Ending("completed", "the caller hung up")
        return Ending("canceled", self._heard_ringing())

    def _reject(self, verb: Reject) -> Ending:
        if self.call.answered_at:
            return self._read_error("Reject comes too late: the call was answered")
        if verb.reason == "busy":
            return Ending("busy", "rejected; the caller heard a busy tone")
        return Ending("no-answer", "rejected; the caller heard that the number is not in service")

    async def _dial(self, verb: Dial) -> Ending | None:
        call = self.call
        if not verb.answer_on_bridge:
            self._answer()
        try:
            leg = Leg(call, verb, self._put)
        except TwimlError as error:
            return self._read_error(str(error))
        problem = leg.start(verb.number)
        if problem:
            leg.over("failed")
            self._unanswered("failed", f"{verb.number} cannot be dialled: {problem}")
            return None
        call.state = State.RINGING_DESTINATION
        hand = await self._wait(verb.timeout, Action.HANG_UP, Action.ANSWER, Action.DECLINE)
        if hand is None:
            leg.over("no-answer")
            words = f"{call.destination} did not answer within {verb.timeout} seconds"
            self._unanswered("no-answer", words)
            return None
        if hand.action is Action.DECLINE:
            leg.over("busy")
            self._unanswered("busy", f"{call.destination} declined")
            return None
        if hand.action is Action.HANG_UP:
            leg.over("canceled")
            status = "completed" if call.answered_at else "canceled"
            return Ending(status, f"the caller hung up while {call.destination} was ringing")
        return await self._talk(verb, leg)

    async def _talk(self, verb: Dial, leg: Leg) -> Ending | None:
        call = self.call
        self._answer()
        call.state = State.CONNECTED
        leg.answer()
        hand = await self._wait(verb.time_limit, Action.HANG_UP)
        length = leg.over("completed")
        self._words.append(f"connected with {call.destination} for {clock(length)}")
        if hand is None:
            self._words.append("the time limit ended it")
        elif hand.at_destination:
            self._words.append("the destination hung up")
        else:
            return Ending("completed", "the caller hung up")
        return None

    def _unanswered(self, status: str, words: str) -> None:
        """The document goes on; without more, this is how the caller's leg ends too."""
        self._last_status = status
        self._words.append(words)

    def _document_over(self) -> Ending:
        if self.call.answered_at:
            return Ending("completed")
        if self._words:
            return Ending(self._last_status)
        return Ending(self._last_status, f"{self._heard_ringing()}, until the document ended")

    def _heard_ringing(self) -> str:
        """What the caller of a call that nobody answered knows of it."""
        heard = f"the caller heard ringing for {clock(self.call.lasted(self.call.placed_at))}"
        return heard if self._words else f"not forwarded; {heard}"

    def _put(self, method: str, address: str, form: dict[str, str]) -> None:
        self._outbox.put(method, address, form, self._faults())

    async def _wait(
        self,
        seconds: float | None,
        *actions: Action,
        until: asyncio.Task[list[Verb]] | None = None,
    ) -> Hand | None:
        """What a person did; None: the time was over, or ``until``."""
        hand = self._hand = asyncio.get_running_loop().create_future()
        self.call.actions = frozenset(actions)
        self._settled.set()
        waiting: set[asyncio.Future[Any]] = {hand} if until is None else {hand, until}
        try:
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            return hand.result() if hand.done() else None
        finally:
            self.call.actions = frozenset()
            self._hand = None

    def _answer(self) -> None:
        """From now on the caller pays, and hears no ringing any more."""
        if self.call.answered_at is None:
            self.call.answered_at = now()
            self.call.status = "in-progress"

    def _read_error(self, reason: str) -> Ending:
        """Twilio picks up and says that an application error has occurred."""
        self._answer()
        return Ending("completed", f"error read to the caller: {reason}", error=reason)
