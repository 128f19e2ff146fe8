"""Tells the sender's address how a message goes on: queued, sent, delivered; signed like Twilio."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime

from sending.carriers.simulator.faults import Faults
from sending.carriers.simulator.magic import ending
from sending.carriers.simulator.resource import API_VERSION
from sending.carriers.simulator.signed import FAILURES, SignedRequests
from sending.carriers.simulator.store import Text

logger = logging.getLogger(__name__)
AT_ONCE = 32


class Callbacks:
    """Moves accepted messages on with time, and posts each new status once (or as asked)."""

    def __init__(self, *, requests: SignedRequests, faults: Callable[[], Faults]) -> None:
        self._requests = requests
        self._faults = faults
        self._due: asyncio.Queue[tuple[str, str, int | None, Text]] = asyncio.Queue()
        self._workers: list[asyncio.Task[None]] = []
        self.posted = 0
        self.failed = 0

    async def start(self) -> None:
        self._workers = [asyncio.create_task(self._work()) for _ in range(AT_ONCE)]

    async def stop(self) -> None:
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    def accepted(self, text: Text) -> None:
        """Let ``text`` go its way: sent after one delay, and its last status after another."""
        faults = self._faults()
        loop = asyncio.get_running_loop()
        to, sid = text.entry.to, text.entry.sid
        last = ending(to) if faults.magic else ("delivered", None)
        delays = [faults.callback_delay, faults.callback_delay * 2]
        if faults.hits(faults.callback_reorder, "reorder", sid, 0):
            delays.reverse()
        steps: list[tuple[str, int | None]] = [("sent", None), last]
        for delay, (status, code) in zip(delays, steps, strict=True):
            loop.call_later(delay, self._move, text, status, code)

    def _move(self, text: Text, status: str, code: int | None) -> None:
        if status != "sent" or text.status == "queued":
            text.move(status, datetime.now(UTC), code)
        faults = self._faults()
        address = text.entry.status_callback
        if not address or not faults.callbacks:
            return
        self._due.put_nowait((address, status, code, text))
        if faults.hits(faults.callback_duplicates, f"duplicate {status}", text.entry.sid, 0):
            self._due.put_nowait((address, status, code, text))

    async def post(self, method: str, address: str, form: dict[str, str]) -> None:
        """Tell ``address`` once. A carrier does not insist: what nobody takes is lost."""
        try:
            await self._requests.send(method, address, form)
            self.posted += 1
        except FAILURES as error:
            self.failed += 1
            logger.info("callback not taken: %s", type(error).__name__)

    async def _work(self) -> None:
        while True:
            address, status, code, text = await self._due.get()
            await self.post("POST", address, parameters(text, status, code))


def parameters(text: Text, status: str, code: int | None) -> dict[str, str]:
    """The form of one status callback."""
    entry = text.entry
    form = {
        "AccountSid": entry.account,
        "ApiVersion": API_VERSION,
        "From": entry.sender,
        "MessageSid": entry.sid,
        "MessageStatus": status,
        "SmsSid": entry.sid,
        "SmsStatus": status,
        "To": entry.to,
    }
    if code is not None:
        form["ErrorCode"] = str(code)
    return form
