"""The carrier of `tests.benchmarks.bench_calls`: announces calls, many at once, and takes the time.

``python -m tests.benchmarks.caller`` reads an `Order` as JSON and prints a `Heard` for each path.
It is a process of its own, with nothing to do between two requests but to write the next: what it
costs would be taken for the server's.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import subprocess
import sys
from collections import Counter
from contextlib import asynccontextmanager
from time import perf_counter
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import urlencode, urlsplit

import uvloop
from twilio.request_validator import RequestValidator

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

# A call that may be answered by a person carries such a token (Twilio's request parameters).
_TOKEN = json.dumps({"parentCallInfoToken": "e" * 700, "identityHeaderTokens": []})


class Order(TypedDict):
    """``rounds`` times ``calls`` requests to each path in turn, after one round that is not timed.

    ``paths``: the webhook of the account ``account_sid``, and what it is compared with.
    """

    address: str
    paths: list[str]
    account_sid: str
    auth_token: str
    called: str
    connections: int
    rounds: int
    calls: int


class Heard(TypedDict):
    """``answers`` counts each head and body that came, of every round; the rest is of the timed."""

    answers: dict[str, int]
    seconds: float
    latencies: list[float]


def call(order: Order) -> list[Heard]:
    """What was heard from each of the paths."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.caller"],
        input=json.dumps(order),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: list[Heard] = json.loads(done.stdout)
    return found


def form(order: Order, number: int) -> dict[str, str]:
    """What Twilio posts about an incoming call, with an id and a US caller of its own."""
    caller = f"+1239{2_000_000 + number % 100_000}"
    here = {"City": "NAPLES", "State": "FL", "Zip": "34102", "Country": "US"}
    nowhere = {"City": "", "State": "", "Zip": "", "Country": "US"}
    places = {"From": here, "Caller": here, "To": nowhere, "Called": nowhere}
    return {
        "CallSid": f"CA{secrets.token_hex(16)}",
        "AccountSid": order["account_sid"],
        "ApiVersion": "2010-04-01",
        "CallStatus": "ringing",
        "CallToken": _TOKEN,
        "CallerName": "SMITH JOHN",
        "Direction": "inbound",
        "StirVerstat": "TN-Validation-Passed-A",
        "StirStatus": "A",
        "From": caller,
        "Caller": caller,
        "To": order["called"],
        "Called": order["called"],
        **{f"{who}{what}": text for who, place in places.items() for what, text in place.items()},
    }


def requests(order: Order, path: str) -> list[bytes]:
    """One round of requests to ``path``, signed."""
    sign = RequestValidator(order["auth_token"]).compute_signature
    address = order["address"] + path
    found = []
    for number in range(order["calls"]):
        fields = form(order, number)
        body = urlencode(fields)
        head = (
            f"POST {path} HTTP/1.1",
            f"Host: {urlsplit(address).netloc}",
            "User-Agent: TwilioProxy/1.1",
            "Accept: */*",
            "Content-Type: application/x-www-form-urlencoded; charset=UTF-8",
            f"Content-Length: {len(body)}",
            f"I-Twilio-Idempotency-Token: {secrets.token_hex(18)}",
            f"X-Twilio-Signature: {sign(address, fields)}",
        )
        found.append("\r\n".join((*head, "", body)).encode())
    return found


class Line(asyncio.Protocol):
    """One connection that is kept: `say` posts one request after the other, until the end."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._buffer = b""

    async def say(
        self, rest: Iterator[bytes], answers: Counter[bytes], latencies: list[float]
    ) -> None:
        self._rest, self._answers, self._latencies = rest, answers, latencies
        self._end = asyncio.get_running_loop().create_future()
        self._next()
        await self._end

    def _next(self) -> None:
        request = next(self._rest, None)
        if request is None:
            self._end.set_result(None)
            return
        self._since = perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        self._latencies.append(perf_counter() - self._since)
        self._answers[head.partition(b"\r\n")[0] + b"\n" + body] += 1
        self._buffer = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._end.done():  # else it is we who close
            self._end.set_exception(ConnectionError("the server hung up"))


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"\ncontent-length:")[2].partition(b"\r")[0])


@asynccontextmanager
async def _lines(order: Order) -> AsyncIterator[list[Line]]:
    """Connections anew for each round: which process of the server has which of them is chance."""
    loop = asyncio.get_running_loop()
    server = urlsplit(order["address"])
    lines = []
    for _ in range(order["connections"]):
        transport, line = await loop.create_connection(
            Line, server.hostname or "", server.port or 80
        )
        line.transport = transport
        lines.append(line)
    try:
        yield lines
    finally:
        for line in lines:
            line.transport.close()


async def _converse(order: Order) -> list[Heard]:
    heard: list[Heard] = [{"answers": {}, "seconds": 0.0, "latencies": []} for _ in order["paths"]]
    answers: list[Counter[bytes]] = [Counter() for _ in order["paths"]]
    for number in range(order["rounds"] + 1):
        round_ = [requests(order, path) for path in order["paths"]]
        async with _lines(order) as lines:
            for each, counter, said in zip(heard, answers, round_, strict=True):
                latencies: list[float] = []
                rest = iter(said)
                started = perf_counter()
                await asyncio.gather(*(line.say(rest, counter, latencies) for line in lines))
                if number:
                    each["seconds"] += perf_counter() - started
                    each["latencies"] += latencies
    for each, counter in zip(heard, answers, strict=True):
        each["answers"] = {text.decode(): count for text, count in counter.items()}
    return heard


if __name__ == "__main__":
    found = asyncio.Runner(loop_factory=uvloop.new_event_loop).run(
        _converse(json.loads(sys.stdin.read()))
    )
    print(json.dumps(found))
