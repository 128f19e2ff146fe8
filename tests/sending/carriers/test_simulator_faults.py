"""What the simulated carrier does wrong on demand repeats, and its callbacks are signed."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from tests.sending.carriers.asking import ACCOUNT, call, post
from tests.simulator import AUTH_TOKEN, Simulator


def hit(simulator: Simulator, order: list[int]) -> set[int]:
    return {number for number in order if post(simulator, To=f"+1239555{number:04d}")[0] == 0}


def test_the_same_seed_hits_the_same_messages_in_whatever_order(simulator: Simulator) -> None:
    numbers = list(range(100, 160))
    simulator.control(seed=7, drop_share=0.3)
    first = hit(simulator, numbers)
    assert 5 < len(first) < 35
    simulator.stop()
    simulator.restart()
    simulator.control(seed=7, drop_share=0.3)
    assert hit(simulator, numbers[::-1]) == first
    simulator.stop()
    simulator.restart()
    simulator.control(seed=8, drop_share=0.3)
    assert hit(simulator, numbers) != first


def test_numbers_that_a_pattern_finds_are_refused_with_the_code(simulator: Simulator) -> None:
    simulator.control(refuse_pattern=r"^\+1305", refuse_code=30034)
    assert post(simulator, To="+13055550123")[1]["code"] == 30034
    assert post(simulator)[0] == 201


def test_above_its_rate_it_answers_429(simulator: Simulator) -> None:
    simulator.control(throttle_rate=5)
    statuses = [post(simulator)[0] for _ in range(12)]
    assert statuses[:5] == [201] * 5
    assert 429 in statuses
    assert len(simulator.accepted()) == statuses.count(201)


@pytest.mark.parametrize(
    ("faults", "problem"),
    [
        ({"drop_share": 2}, "drop_share"),
        ({"drop_share": "nan"}, "drop_share"),
        ({"slow_seconds": -1}, "slow_seconds"),
        ({"refuse_pattern": "("}, "refuse_pattern"),
        ({"seed": "x"}, "seed"),
        ({"explode": 1}, "explode"),
    ],
)
def test_a_senseless_fault_is_refused_and_changes_nothing(
    simulator: Simulator, faults: dict[str, Any], problem: str
) -> None:
    before = simulator.state()["faults"]
    body = json.dumps(faults).encode()
    status, answer = call(
        simulator, "/simulator/control", body, **{"Content-Type": "application/json"}
    )
    assert status == 400
    assert problem in answer["text"]
    assert simulator.state()["faults"] == before


def test_another_sites_page_cannot_set_faults(simulator: Simulator) -> None:
    status, _ = call(simulator, "/simulator/control", b"{}", Origin="https://evil.example")
    assert status == 403


class Receiver:
    """An address for callbacks that writes down what it was told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], str]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = dict(urllib.parse.parse_qsl(body))
                receiver.got.append((form, self.headers["X-Twilio-Signature"]))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/carrier/status/1/2/?a=b"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def statuses(self, count: int) -> list[str]:
        """The statuses told so far, once there are ``count`` (or three seconds have passed)."""
        end = time.monotonic() + 3
        while len(self.got) < count and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(0.2)
        return [form["MessageStatus"] for form, _ in self.got]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def test_each_further_status_is_told_once_and_signed(
    simulator: Simulator, receiver: Receiver
) -> None:
    simulator.control(callbacks=True, callback_delay=0.1)
    sid = post(simulator, StatusCallback=receiver.url)[1]["sid"]
    assert receiver.statuses(2) == ["sent", "delivered"]
    for form, signature in receiver.got:
        assert RequestValidator(AUTH_TOKEN).validate(receiver.url, form, signature)
        assert (form["MessageSid"], form["AccountSid"], form["To"]) == (
            sid,
            ACCOUNT,
            "+12395550123",
        )


def test_callbacks_come_twice_or_in_the_wrong_order_when_asked_to(
    simulator: Simulator, receiver: Receiver
) -> None:
    simulator.control(callbacks=True, callback_delay=0.1, callback_duplicates=1, callback_reorder=1)
    sid = post(simulator, StatusCallback=receiver.url)[1]["sid"]
    assert receiver.statuses(4) == ["delivered", "delivered", "sent", "sent"]
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}.json"
    assert call(simulator, path)[1]["status"] == "delivered"


def test_without_callbacks_nothing_is_told(simulator: Simulator, receiver: Receiver) -> None:
    simulator.control(callbacks=False, callback_delay=0)
    post(simulator, StatusCallback=receiver.url)
    assert receiver.statuses(1) == []


def test_a_magic_number_ends_undelivered_with_its_code(
    simulator: Simulator, receiver: Receiver
) -> None:
    simulator.control(callbacks=True, callback_delay=0.05, magic=True)
    post(simulator, To="+12395559903", StatusCallback=receiver.url)
    assert receiver.statuses(2) == ["sent", "undelivered"]
    assert receiver.got[-1][0]["ErrorCode"] == "30003"
