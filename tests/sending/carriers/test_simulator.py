"""The simulated carrier: its log is the truth, and its page shows it."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sending.carriers.simulator.log import read_log
from tests.sending.carriers.asking import ACCOUNT, call, post, show
from tests.simulator import Simulator


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
