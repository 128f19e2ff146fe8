"""The client against a real carrier process: what each answer means for the message."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from sending.carriers.errors import ACCOUNT_REJECTED, NOT_CONNECTED, RATE_LIMITED
from sending.carriers.outcome import (
    Accepted,
    CarrierLookupError,
    Found,
    Outcome,
    Outgoing,
    Refused,
    TryLater,
    Unknown,
)
from sending.carriers.twilio import CarrierClient
from tests.simulator import AUTH_TOKEN, Simulator

ACCOUNT = "AC" + "a" * 32
SENDER = "+18885550100"
TO = "+12395550123"


def outgoing(to: str = TO, body: str = "Acme: hello. Reply STOP to opt out.") -> Outgoing:
    return Outgoing(
        message_id=7, to=to, sender=SENDER, body=body, status_callback="http://127.0.0.1:9/status/"
    )


def client(url: str, *, token: str = AUTH_TOKEN, timeout: float = 5.0) -> CarrierClient:
    return CarrierClient(api_url=url, account_sid=ACCOUNT, auth_token=token, timeout=timeout)


def send(url: str, message: Outgoing, *, token: str = AUTH_TOKEN, timeout: float = 5.0) -> Outcome:
    async def run() -> Outcome:
        async with client(url, token=token, timeout=timeout) as carrier:
            return await carrier.send(message)

    return asyncio.run(run())


def find(url: str, since: datetime, to: str = TO) -> list[Found]:
    async def run() -> list[Found]:
        async with client(url) as carrier:
            return await carrier.find(to=to, sender=SENDER, since=since)

    return asyncio.run(run())


def not_connected(outcome: Outcome) -> bool:
    if not isinstance(outcome, TryLater):
        return False
    return outcome.code == NOT_CONNECTED and 5.0 <= outcome.after <= 6.25


def test_an_accepted_message_stands_in_the_carriers_log_as_it_was_given(
    simulator: Simulator,
) -> None:
    body = "Grüße & 100 % = 😀 + {text}\nReply STOP"
    before = datetime.now(UTC)
    outcome = send(simulator.url, outgoing(body=body))
    assert isinstance(outcome, Accepted)
    assert outcome.status == "queued"
    assert outcome.segments == 1
    assert before <= outcome.at <= datetime.now(UTC)
    [entry] = simulator.accepted()
    assert (entry.sid, entry.to, entry.sender, entry.body) == (outcome.sid, TO, SENDER, body)
    assert entry.status_callback == "http://127.0.0.1:9/status/"


@pytest.mark.parametrize(("number", "code"), [("+12395559911", "21211"), ("+12395559910", "21610")])
def test_a_refusal_carries_the_carriers_code_and_no_number(
    simulator: Simulator, number: str, code: str
) -> None:
    simulator.control(magic=True)
    outcome = send(simulator.url, outgoing(to=number))
    assert isinstance(outcome, Refused)
    assert outcome.code == code
    assert number not in repr(outcome)
    assert simulator.accepted() == []


def test_too_many_requests_is_tried_later_and_was_not_taken(simulator: Simulator) -> None:
    simulator.control(throttle_share=1)
    outcome = send(simulator.url, outgoing())
    assert isinstance(outcome, TryLater)
    assert outcome.code == RATE_LIMITED
    assert 1.0 <= outcome.after <= 1.25
    assert simulator.accepted() == []


def test_a_rejected_account_costs_no_message(simulator: Simulator) -> None:
    assert send(simulator.url, outgoing(), token="wrong") == TryLater(ACCOUNT_REJECTED, 300.0)


def test_a_carrier_that_is_down_is_tried_later(simulator: Simulator) -> None:
    simulator.stop()
    assert not_connected(send(simulator.url, outgoing()))


def test_a_name_that_does_not_resolve_is_tried_later() -> None:
    outcome = send("http://carrier.invalid", outgoing())
    assert not_connected(outcome)


def test_a_failed_tls_handshake_is_tried_later(simulator: Simulator) -> None:
    outcome = send(simulator.url.replace("http:", "https:"), outgoing())
    assert not_connected(outcome)


def test_waiting_in_vain_for_a_free_connection_is_tried_later(simulator: Simulator) -> None:
    simulator.control(slow_seconds=0.8)

    async def run() -> list[Outcome]:
        narrow = CarrierClient(
            api_url=simulator.url,
            account_sid=ACCOUNT,
            auth_token=AUTH_TOKEN,
            connections=1,
            timeout=1.2,
        )
        async with narrow as carrier:
            return await asyncio.gather(*(carrier.send(outgoing()) for _ in range(2)))

    first, second = asyncio.run(run())
    assert isinstance(first, Accepted)
    assert not_connected(second)
    assert len(simulator.accepted()) == 1


@pytest.mark.parametrize(
    ("fault", "taken"),
    [
        ("drop_share", 0),
        ("drop_after_share", 1),
        ("error_share", 0),
        ("error_after_share", 1),
        ("hang_share", 0),
        ("hang_after_share", 1),
    ],
)
def test_without_a_clear_answer_the_fate_is_unknown_and_nothing_is_posted_again(
    simulator: Simulator, fault: str, taken: int
) -> None:
    simulator.control(**{fault: 1})
    outcome = send(simulator.url, outgoing(), timeout=0.8)
    assert isinstance(outcome, Unknown)
    assert len(simulator.accepted()) == taken


def test_a_connection_kept_alive_that_died_meanwhile_is_not_posted_into_twice(
    simulator: Simulator,
) -> None:
    async def run() -> tuple[Outcome, Outcome]:
        async with client(simulator.url) as carrier:
            first = await carrier.send(outgoing())
            await asyncio.to_thread(simulator.control, drop_after_share=1)
            return first, await carrier.send(outgoing())

    first, second = asyncio.run(run())
    assert isinstance(first, Accepted)
    assert isinstance(second, Unknown)
    assert len(simulator.accepted()) == 2


@contextmanager
def answering(content: bytes) -> Iterator[tuple[str, Callable[[], int]]]:
    """A server that answers every connection with ``content``, and counts the connections."""
    listener = socket.create_server(("127.0.0.1", 0))
    connections = 0

    def serve() -> None:
        nonlocal connections
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connections += 1
            with connection:
                connection.recv(65536)
                connection.sendall(content)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", lambda: connections
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def http(status: str, body: str = "", headers: str = "") -> bytes:
    length = f"Content-Length: {len(body)}\r\n"
    return f"HTTP/1.1 {status}\r\n{length}{headers}Connection: close\r\n\r\n{body}".encode()


@pytest.mark.parametrize(
    "content",
    [
        http("201 Created", "not json"),
        http("201 Created", '{"status": "queued"}'),
        http("201 Created", '{"sid": "SM", ')[:-4],
        http("307 Temporary Redirect", "", "Location: /again\r\n"),
        http("408 Request Timeout"),
        http("503 Service Unavailable", '{"code": 20503}'),
        http("400 Bad Request", "<html>a proxy's own page</html>"),
        b"nonsense\r\n\r\n",
        b"",
    ],
)
def test_an_answer_that_says_nothing_clear_is_unknown_and_asked_for_once(content: bytes) -> None:
    with answering(content) as (url, connections):
        assert isinstance(send(url, outgoing()), Unknown)
        assert connections() == 1


def test_the_pause_doubles_with_each_round_of_refusals_and_a_round_counts_once(
    simulator: Simulator,
) -> None:
    simulator.control(throttle_share=1)

    async def run() -> list[float]:
        async with client(simulator.url) as carrier:

            async def pauses() -> list[float]:
                outcomes = await asyncio.gather(*(carrier.send(outgoing()) for _ in range(10)))
                return [o.after for o in outcomes if isinstance(o, TryLater)]

            first = await pauses()
            await asyncio.sleep(1.01)
            return [max(first), max(await pauses())]

    first, second = asyncio.run(run())
    assert 0.9 <= first <= 1.25
    assert 1.8 <= second <= 2.5


def test_neither_token_nor_number_nor_text_is_told(
    simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    message = outgoing(body="a private text")
    with answering(b"") as (url, _):
        outcomes = [send(simulator.url, message), send(url, message)]
    told = caplog.text + repr(outcomes) + repr(message) + repr(client(simulator.url))
    for secret in (AUTH_TOKEN, TO, "private"):
        assert secret not in told


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
