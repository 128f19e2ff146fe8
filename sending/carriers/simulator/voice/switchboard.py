"""Places calls, keeps the newest of them, and ends what is under way when the carrier ends."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Final

from consent.numbering import NumberError, parse
from sending.carriers.simulator.callbacks import Callbacks
from sending.carriers.simulator.faults import Faults
from sending.carriers.simulator.signed import SignedRequests
from sending.carriers.simulator.validation import E164
from sending.carriers.simulator.voice.asking import ask
from sending.carriers.simulator.voice.call import Action, Call, State
from sending.carriers.simulator.voice.line import Line
from sending.carriers.simulator.voice.outbox import Outbox
from sending.carriers.simulator.voice.own_numbers import OwnNumber, OwnNumbers

KEPT: Final = 1000
AT_ONCE: Final = 500
# What carriers pass in place of a number that the caller withheld.
WITHHELD: Final = ("anonymous", "restricted", "unavailable", "unknown", "private", "blocked")


class CannotCallError(ValueError):
    """The sentence says what is wrong with the caller or the called number."""


class Switchboard:
    """``numbers`` knows who can be called."""

    def __init__(
        self,
        numbers: OwnNumbers,
        *,
        requests: SignedRequests,
        callbacks: Callbacks,
        faults: Callable[[], Faults],
    ) -> None:
        self.numbers = numbers
        self._requests = requests
        self._callbacks = callbacks
        self._faults = faults
        self._calls: dict[str, Call] = {}
        self._lines: dict[str, Line] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._placed: Counter[str] = Counter()

    def place(self, caller: str, to: str) -> Call:
        """Let ``caller`` call ``to``; what comes of it is seen in the call. `CannotCallError`."""
        caller, own = self.judge(caller, to)
        self._placed[caller] += 1
        faults = self._faults()
        replay = faults.hits(faults.call_replay, "call_replay", caller, self._placed[caller])
        call, outbox = Call(own, caller), Outbox(self._callbacks)
        document = partial(ask, call, self._requests, replay=replay)
        line = Line(call, document=document, outbox=outbox, faults=self._faults)
        self._keep(call)
        self._lines[call.sid] = line
        task = asyncio.create_task(self._carry_out(line, outbox))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return call

    def judge(self, caller: str, to: str) -> tuple[str, OwnNumber]:
        """Who calls whom, or `CannotCallError`."""
        caller, number = _caller(caller), _called(to)
        own = self.numbers.with_voice().get(number)
        if own is None:
            raise CannotCallError(f"No voice address is set for {number or 'no number'}.")
        if len(self._lines) >= AT_ONCE:
            raise CannotCallError(f"{AT_ONCE} calls are under way; no more are possible.")
        return caller, own

    def get(self, sid: str) -> Call | None:
        return self._calls.get(sid)

    async def act(self, sid: str, action: Action, *, at_destination: bool) -> bool:
        """Whether the state of the call allowed it; if so it is done."""
        line = self._lines.get(sid)
        return line is not None and await line.act(action, at_destination=at_destination)

    def newest(self, count: int) -> list[Call]:
        return list(islice(reversed(self._calls.values()), count))

    def under_way(self) -> Iterator[Call]:
        return (line.call for line in reversed(self._lines.values()))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _carry_out(self, line: Line, outbox: Outbox) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(outbox.run())
            try:
                await line.run()
            finally:
                del self._lines[line.call.sid]
                outbox.close()

    def _keep(self, call: Call) -> None:
        self._calls[call.sid] = call
        over = (sid for sid, one in self._calls.items() if one.state is State.ENDED)
        if len(self._calls) > KEPT and (oldest := next(over, None)):
            del self._calls[oldest]


def _caller(text: str) -> str:
    """A word for a withheld number and E.164 as they are, else the number that is spelt.

    Whether a number in E.164 exists is not asked: carriers pass what they were given.
    """
    text = text.strip()
    if text.lower() in WITHHELD or E164.fullmatch(text):
        return text
    try:
        return parse(text).e164
    except NumberError as error:
        reason = error.problem.value.removeprefix("number_").replace("_", " ")
        raise CannotCallError(f"The caller is no phone number: {reason}.") from None


def _called(to: str) -> str:
    try:
        return parse(to).e164
    except NumberError:
        return to.strip()
