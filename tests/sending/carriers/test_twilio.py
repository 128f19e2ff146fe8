"""The client against a real carrier process: what each answer means for the message."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

import pytest

from sending.carriers.errors import ACCOUNT_REJECTED, RATE_LIMITED
from sending.carriers.outcome import (
    Accepted,
    Outcome,
    Refused,
    TryLater,
    Unknown,
)
from sending.carriers.twilio import CarrierClient
from tests.sending.carriers.clients import (
    ACCOUNT,
    SENDER,
    TO,
    answering,
    client,
    http,
    not_connected,
    outgoing,
    send,
)
from tests.simulator import AUTH_TOKEN, Simulator


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
