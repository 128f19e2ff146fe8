"""Looking messages and the account up at the carrier."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from sending.carriers.outcome import (
    Accepted,
    CarrierLookupError,
)
from sending.carriers.twilio import CarrierClient
from tests.sending.carriers.clients import (
    SENDER,
    TO,
    answering,
    client,
    find,
    http,
    outgoing,
    send,
)
from tests.simulator import Simulator


def test_a_look_up_finds_what_went_from_this_sender_to_this_number_since(
    simulator: Simulator,
) -> None:
    began = datetime.now(UTC)
    first = send(simulator.url, outgoing(body="one"))
    send(simulator.url, outgoing(to="+12395550124"))
    assert isinstance(first, Accepted)
    [found] = find(simulator.url, began)
    assert (found.sid, found.body) == (first.sid, "one")
    assert abs(found.created_at - began) < timedelta(seconds=5)
    assert find(simulator.url, began + timedelta(minutes=1)) == []


def test_a_look_up_reads_every_page(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sending.carriers.twilio.PAGE_SIZE", 2)
    for number in range(5):
        send(simulator.url, outgoing(body=f"text {number}"))
    found = find(simulator.url, datetime.now(UTC) - timedelta(minutes=1))
    assert {message.body for message in found} == {f"text {number}" for number in range(5)}


@pytest.mark.parametrize(
    "content",
    [
        http("500 Internal Server Error"),
        http("200 OK", "[]"),
        http("200 OK", '{"messages": [{"to": "+12395550123"}]}'),
        b"",
    ],
)
def test_a_look_up_that_cannot_be_read_says_so_rather_than_nothing_found(content: bytes) -> None:
    with answering(content) as (url, _), pytest.raises(CarrierLookupError):
        find(url, datetime.now(UTC))


def test_the_account_is_looked_at_only_with_its_token(simulator: Simulator) -> None:
    async def run(ask: Callable[[CarrierClient], Awaitable[object]]) -> object:
        async with client(simulator.url, token="wrong") as carrier:
            return await ask(carrier)

    since = datetime.now(UTC)
    with pytest.raises(CarrierLookupError, match="HTTP 401"):
        asyncio.run(run(lambda carrier: carrier.find(to=TO, sender=SENDER, since=since)))
