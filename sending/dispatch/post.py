"""Step three of a round: hand the batch to the carriers, many at once, no transaction open.

A worker process keeps one event loop and one client per carrier account, so that connections last
from batch to batch. Django's database is used between the loop's slices, never inside.
"""

from __future__ import annotations

import asyncio
import atexit
from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING

import uvloop
from django.conf import settings
from django.urls import reverse

from sending.carriers.outcome import Outcome, Outgoing
from sending.carriers.twilio import CarrierClient
from sending.models import CarrierAccount

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sending.dispatch.admit import Batch, Posting

CONNECTIONS = settings.DISPATCH_CONNECTIONS
ANSWER_SECONDS = 10.0
SLICE_SECONDS = 0.25
SETTLE_AT_ONCE = 500
# A posting must be answered, or given up on, while the lease is still ours.
_LAST_START = ANSWER_SECONDS + 5.0


@dataclass(frozen=True, slots=True)
class NotPosted:
    """Nothing was sent: the campaign was halted, or the lease would have run out."""


Result = tuple["Posting", Outcome | NotPosted]


class PostOffice:
    """One worker process's event loop and carrier clients."""

    def __init__(self) -> None:
        self.loop = uvloop.new_event_loop()
        self._clients: dict[tuple[str, str, str], CarrierClient] = {}

    def client(self, account: CarrierAccount) -> CarrierClient:
        """The client for these credentials; a changed token or address gets a new one."""
        key = (account.api_url, account.account_sid, account.auth_token)
        if key not in self._clients:
            client = CarrierClient(
                api_url=account.api_url,
                account_sid=account.account_sid,
                auth_token=account.auth_token,
                connections=CONNECTIONS,
                timeout=ANSWER_SECONDS,
            )
            self.loop.run_until_complete(client.__aenter__())
            self._clients[key] = client
        return self._clients[key]

    def close(self) -> None:
        for client in self._clients.values():
            self.loop.run_until_complete(client.__aexit__(None, None, None))
        self._clients.clear()
        self.loop.close()


@lru_cache(maxsize=1)
def post_office() -> PostOffice:
    office = PostOffice()
    atexit.register(office.close)
    return office


@lru_cache(maxsize=256)
def _callback_prefix(account_id: int) -> str:
    path = reverse("carrier-status", kwargs={"account": account_id, "message": 0})
    return f"{settings.PUBLIC_URL}{path.removesuffix('0/')}"


def status_callback(account_id: int, message_id: int) -> str:
    """Where the carrier reports; it names the message, whose carrier id may never reach us."""
    return f"{_callback_prefix(account_id)}{message_id}/"


def post(
    batch: Batch, *, halted: Callable[[Iterable[Posting]], set[int]]
) -> Iterator[list[Result]]:
    """Post a batch and yield results as they come, at least each `SLICE_SECONDS`.

    ``halted`` is asked between slices which of the postings that still wait must not go any more,
    by message id: their campaign was paused or cancelled, or somebody opted out. Whoever leaves
    the iteration early leaves nothing running.
    """
    office = post_office()
    accounts = CarrierAccount.objects.in_bulk({one.account_id for one in batch.postings})
    clients = {pk: office.client(account) for pk, account in accounts.items()}
    waiting = deque(batch.postings)
    stopped: set[int] = set()
    results: list[Result] = []

    async def carry() -> None:
        while waiting:
            one = waiting.popleft()
            if one.message_id in stopped or monotonic() > batch.deadline - _LAST_START:
                results.append((one, NotPosted()))
                continue
            results.append((one, await clients[one.account_id].send(_outgoing(one))))

    async def start() -> set[asyncio.Task[None]]:
        return {asyncio.create_task(carry()) for _ in range(min(CONNECTIONS, len(waiting)))}

    pending = office.loop.run_until_complete(start())
    try:
        while pending:
            done, pending = office.loop.run_until_complete(
                asyncio.wait(pending, timeout=SLICE_SECONDS)
            )
            for task in done:
                task.result()  # a fault of ours must not pass for a carrier's answer
            if results:
                ready, results[:] = results[:], []
                yield ready
            if pending:
                stopped |= halted(list(waiting))
    finally:
        # What has left is then of unknown fate, which the end of its lease will say.
        waiting.clear()
        office.loop.run_until_complete(_cancel(pending))


async def _cancel(tasks: set[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _outgoing(one: Posting) -> Outgoing:
    return Outgoing(
        message_id=one.message_id,
        to=one.to,
        sender=one.sender,
        body=one.body,
        status_callback=status_callback(one.account_id, one.message_id),
    )
