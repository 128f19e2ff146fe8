"""The account's numbers at the simulated carrier, and the addresses set for them."""

from __future__ import annotations

import json
import re
import urllib.parse
from pathlib import Path
from typing import Any

import pytest

from tests.sending.carriers.asking import ACCOUNT, call
from tests.simulator import Simulator

OWN = "+18885550100"
NUMBERS = f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers"
URL = "https://tollgate.example/carrier/voice/1/"


def search(simulator: Simulator, **query: str) -> list[dict[str, Any]]:
    status, answer = call(simulator, f"{NUMBERS}.json?{urllib.parse.urlencode(query)}")
    assert status == 200
    found: list[dict[str, Any]] = answer["incoming_phone_numbers"]
    return found


def update(simulator: Simulator, sid: str, **fields: str) -> tuple[int, dict[str, Any]]:
    return call(simulator, f"{NUMBERS}/{sid}.json", urllib.parse.urlencode(fields).encode())


def test_every_number_is_the_accounts_with_an_id_that_stays(simulator: Simulator) -> None:
    [found] = search(simulator, PhoneNumber=OWN)
    assert re.fullmatch("PN[0-9a-f]{32}", found["sid"])
    assert (found["phone_number"], found["voice_url"]) == (OWN, "")
    assert search(simulator, PhoneNumber=OWN) == [found]
    assert search(simulator, PhoneNumber="+18885550101")[0]["sid"] != found["sid"]
    assert search(simulator, PhoneNumber="8885550100") == []
    assert search(simulator) == []


def test_only_the_senders_are_the_accounts_where_they_are_named(tmp_path: Path) -> None:
    simulator = Simulator(tmp_path / "log", "--sender", OWN)
    simulator.start()
    try:
        assert len(search(simulator, PhoneNumber=OWN)) == 1
        assert search(simulator, PhoneNumber="+18885550101") == []
    finally:
        simulator.stop()


def test_what_is_set_changes_and_the_rest_stays(simulator: Simulator) -> None:
    sid = search(simulator, PhoneNumber=OWN)[0]["sid"]
    status, set_once = update(
        simulator, sid, VoiceUrl=URL, VoiceMethod="GET", StatusCallback=URL + "?ended=1"
    )
    assert (status, set_once["voice_url"], set_once["voice_method"]) == (200, URL, "GET")
    _, set_twice = update(simulator, sid, StatusCallbackMethod="GET", FriendlyName="ours")
    assert set_twice["status_callback"] == URL + "?ended=1"
    assert (set_twice["voice_url"], set_twice["status_callback_method"]) == (URL, "GET")
    assert update(simulator, sid, VoiceUrl="")[1]["voice_url"] == ""
    assert [one["sid"] for one in search(simulator)] == [sid]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"VoiceUrl": "tollgate.example"}, 21402),
        ({"StatusCallback": "ftp://tollgate.example/"}, 21402),
        ({"VoiceMethod": "PUT"}, 21403),
    ],
)
def test_a_senseless_address_is_refused_and_changes_nothing(
    simulator: Simulator, fields: dict[str, str], code: int
) -> None:
    sid = search(simulator, PhoneNumber=OWN)[0]["sid"]
    status, answer = update(simulator, sid, **fields)
    assert (status, answer["code"]) == (400, code)
    assert search(simulator) == []


def test_an_unknown_number_and_another_accounts_are_not_found(simulator: Simulator) -> None:
    sid = search(simulator, PhoneNumber=OWN)[0]["sid"]
    status, answer = update(simulator, "PN" + "0" * 32, VoiceUrl=URL)
    assert (status, answer["code"]) == (404, 20404)
    other = NUMBERS.replace("a" * 32, "b" * 32)
    assert call(simulator, f"{other}/{sid}.json", b"VoiceUrl=")[0] == 404
    status, answer = call(simulator, f"{NUMBERS}.json", Authorization="Basic eDp5")
    assert (status, answer["code"]) == (401, 20003)


def test_a_voice_address_is_kept_over_a_kill_and_lies_beside_the_log(
    simulator: Simulator,
) -> None:
    before = simulator.set_voice(OWN, ACCOUNT, URL, URL + "?ended=1")
    simulator.kill()
    path = simulator.log.with_suffix(".numbers.json")
    assert [one["voice_url"] for one in json.loads(path.read_text())] == [URL]
    assert path.stat().st_mode & 0o077 == 0
    simulator.restart()
    assert search(simulator) == [before]
    assert update(simulator, before["sid"], VoiceMethod="GET")[1]["voice_url"] == URL


def test_a_number_that_two_accounts_set_is_asked_about_where_it_was_set_last(
    simulator: Simulator,
) -> None:
    other = "AC" + "b" * 32
    simulator.set_voice(OWN, other, "http://127.0.0.1:9/other")
    simulator.set_voice(OWN, ACCOUNT, "http://127.0.0.1:9/ours")
    assert simulator.place_call("+12395550123", OWN)["account"] == ACCOUNT
    simulator.set_voice(OWN, other, "http://127.0.0.1:9/other")
    assert simulator.place_call("+12395550123", OWN)["account"] == other
