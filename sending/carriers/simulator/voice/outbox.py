"""Tells what happens in one call, in the order in which it happens, or as the faults want it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sending.carriers.simulator.callbacks import Callbacks
from sending.carriers.simulator.faults import Faults


@dataclass(frozen=True, slots=True)
class Told:
    """One callback; ``swapped``: the one that should come behind it goes before it."""

    method: str
    address: str
    form: dict[str, str]
    times: int
    swapped: bool


class Outbox:
    """`put` as things happen, `close` at the end; `run` posts until it is closed and empty."""

    def __init__(self, callbacks: Callbacks) -> None:
        self._callbacks = callbacks
        self._due: asyncio.Queue[Told | None] = asyncio.Queue()

    def put(self, method: str, address: str, form: dict[str, str], faults: Faults) -> None:
        if not faults.callbacks:
            return
        sid, status = form["CallSid"], form["CallStatus"]
        twice = faults.hits(faults.callback_duplicates, f"duplicate {status}", sid, 0)
        swapped = faults.hits(faults.callback_reorder, "reorder", sid, 0)
        self._due.put_nowait(Told(method, address, form, 2 if twice else 1, swapped))

    def close(self) -> None:
        self._due.put_nowait(None)

    async def run(self) -> None:
        while (one := await self._due.get()) is not None:
            behind = await self._due.get() if one.swapped else None
            if behind is not None:
                await self._post(behind)
            await self._post(one)
            if one.swapped and behind is None:
                return

    async def _post(self, one: Told) -> None:
        for _ in range(one.times):
            await self._callbacks.post(one.method, one.address, one.form)
