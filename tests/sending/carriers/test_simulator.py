"""The simulated carrier: its log is the truth, its faults repeat, its callbacks are signed."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from sending.carriers.simulator.log import read_log
from tests.simulator import AUTH_TOKEN, Simulator

ACCOUNT = "AC" + "a" * 32
SENDER = "+18885550100"


def post(simulator: Simulator, **fields: str) -> tuple[int, dict[str, Any]]:
    """Post a message; status 0 where the line went dead."""
    form = {"To": "+12395550123", "From": SENDER, "Body": "hello", **fields}
    body = urllib.parse.urlencode({name: value for name, value in form.items() if value}).encode()
    return call(simulator, f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", body)


def call(
    simulator: Simulator, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, Any]]:
    basic = base64.b64encode(f"{ACCOUNT}:{AUTH_TOKEN}".encode()).decode()
    request = urllib.request.Request(
        simulator.url + path, data=body, headers={"Authorization": f"Basic {basic}", **headers}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        text = error.read().decode()
        return error.code, json.loads(text) if text.startswith("{") else {"text": text}
    except OSError:
        return 0, {}


def show(simulator: Simulator, query: str = "") -> str:
    with urllib.request.urlopen(f"{simulator.url}/simulator/{query}", timeout=10) as response:
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        return str(response.read().decode())


# --- What it accepts ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"To": ""}, 21604),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21602),
        ({"To": "2395550123"}, 21211),
        ({"To": "+0123"}, 21211),
        ({"To": "+1239555٠١٢٣"}, 21211),
        ({"From": "Acme"}, 21212),
        ({"From": "+12395550123"}, 21266),
        ({"Body": "x" * 1601}, 21617),
        ({"StatusCallback": "ftp://example.com/"}, 21609),
        ({"To": "+12395550666"}, 21610),
    ],
)
def test_it_refuses_what_twilio_refuses_with_its_code(
    simulator: Simulator, fields: dict[str, str], code: int
) -> None:
    simulator.control(opted_out="+12395550666, +12395550667")
    status, answer = post(simulator, **fields)
    assert (status, answer["code"], answer["status"]) == (400, code, 400)
    assert simulator.accepted() == []


def test_a_sender_that_is_not_the_accounts_is_refused(tmp_path: Path) -> None:
    simulator = Simulator(tmp_path / "log", "--sender", "+18885550111", "--no-callbacks")
    simulator.start()
    try:
        assert post(simulator)[1]["code"] == 21606
        assert post(simulator, From="+18885550111")[0] == 201
    finally:
        simulator.stop()


def test_text_of_every_kind_comes_through_and_segments_are_counted(simulator: Simulator) -> None:
    for text, segments in (("x" * 160, "1"), ("x" * 161, "2"), ("😀" * 35, "1"), ("😀" * 36, "2")):
        status, answer = post(simulator, Body=text)
        assert (status, answer["body"], answer["num_segments"]) == (201, text, segments)
    assert [entry.body for entry in simulator.accepted()][-1] == "😀" * 36


def test_one_account_does_not_see_anothers_messages(simulator: Simulator) -> None:
    sid = post(simulator)[1]["sid"]
    assert call(simulator, f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}.json")[0] == 200
    other = "AC" + "b" * 32
    assert call(simulator, f"/2010-04-01/Accounts/{other}/Messages/{sid}.json")[0] == 404


def test_a_list_filters_by_day_of_sending_and_pages(simulator: Simulator) -> None:
    simulator.control(callback_delay=0)
    for number in range(3):
        post(simulator, Body=f"text {number}")
    time.sleep(0.2)
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json?"
    today = time.strftime("%Y-%m-%d", time.gmtime())

    def listed(**query: str) -> list[str]:
        answer = call(simulator, path + urllib.parse.urlencode(query))[1]
        return [message["body"] for message in answer["messages"]]

    assert listed(**{"DateSent>": today}) == ["text 2", "text 1", "text 0"]
    assert listed(**{"DateSent<": "2020-01-01"}) == []
    assert listed(DateSent=today, PageSize="2", Page="1") == ["text 0"]
    assert listed(To="+12395550999") == []
    assert call(simulator, path + "DateSent=yesterday")[0] == 400


# --- The log -----------------------------------------------------------------------------------


def test_what_was_accepted_survives_a_kill_and_is_known_after_a_restart(
    simulator: Simulator,
) -> None:
    sids = [post(simulator, Body=f"text {number}")[1]["sid"] for number in range(20)]
    simulator.kill()
    with simulator.log.open("ab") as log:
        log.write(b'{"sid": "SMtorn", "to": "+1')
    assert [entry.sid for entry in simulator.accepted()] == sids
    simulator.restart()
    sids.append(post(simulator)[1]["sid"])
    assert [entry.sid for entry in simulator.accepted()] == sids
    assert simulator.state()["messages"] == 21
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{sids[0]}.json"
    assert call(simulator, path)[1]["status"] == "delivered"


def test_every_answer_under_load_stands_in_the_log_once(simulator: Simulator) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: post(simulator, Body=f"{n}"), range(200)))
    sids = [answer["sid"] for _, answer in answers]
    assert sorted(sids) == sorted(entry.sid for entry in simulator.accepted())
    assert len(set(sids)) == 200


def test_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read_log(tmp_path / "none") == []


# --- Faults ------------------------------------------------------------------------------------


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


# --- Status callbacks --------------------------------------------------------------------------


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


# --- The page ----------------------------------------------------------------------------------


def test_the_page_shows_the_newest_phone_first_and_escapes_everything(
    simulator: Simulator,
) -> None:
    evil = "<script>alert(1)</script>"
    post(simulator, To="+12395550123", Body="older")
    post(simulator, To="+13055550124", Body=evil)
    simulator.control(refuse_pattern=evil)
    for query in ("", "?" + urllib.parse.urlencode({"q": evil, "number": evil})):
        page = show(simulator, query)
        assert evil not in page
        assert "&lt;script&gt;" in page
    page = show(simulator)
    assert page.index("+13055550124") < page.index("+12395550123")
    assert "http://" not in page.replace(simulator.url, "")
    assert "https://" not in page


def test_the_page_finds_by_number_and_by_text(simulator: Simulator) -> None:
    post(simulator, To="+12395550123", Body="Summer sale")
    post(simulator, To="+13055550124", Body="Winter sale")
    for query, found, hidden in (
        ("305 555", "+13055550124", "+12395550123"),
        ("summer", "+12395550123", "+13055550124"),
    ):
        page = show(simulator, "?" + urllib.parse.urlencode({"q": query}))
        assert found in page
        assert hidden not in page
    assert "contains “nothing like it”" in show(simulator, "?q=nothing+like+it")


def test_the_pages_form_sets_faults_and_an_unticked_box_is_off(simulator: Simulator) -> None:
    form = urllib.parse.urlencode({"error_share": "0.5", "magic": "on"}).encode()
    request = urllib.request.Request(
        simulator.url + "/simulator/control", data=form, headers={"Origin": simulator.url}
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        assert response.url.endswith("/simulator/")
        assert "error 500 0.5" in response.read().decode()
    faults = simulator.state()["faults"]
    assert (faults["error_share"], faults["magic"], faults["callbacks"]) == (0.5, True, False)


# --- Starting ----------------------------------------------------------------------------------


def test_it_does_not_start_without_a_free_port_and_says_so_in_one_line(
    simulator: Simulator, tmp_path: Path
) -> None:
    port = simulator.url.rpartition(":")[2]
    command = [sys.executable, "-m", "sending.carriers.simulator", "--port", port]
    ended = subprocess.run(
        [*command, "--log", str(tmp_path / "second")],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 1
    assert "in use" in ended.stderr
    assert ended.stderr.count("\n") == 1
