"""What an answer means: pure, over statuses and bytes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from sending.carriers.answers import ACCOUNT_PAUSE_SECONDS, read_answer
from sending.carriers.backoff import LONGEST_SECONDS, Backoff
from sending.carriers.errors import ACCOUNT_REJECTED, NOT_CONNECTED, RATE_LIMITED, describe
from sending.carriers.outcome import Accepted, Refused, TryLater, Unknown

ROOT = Path(__file__).resolve().parents[3]


def error(code: int | None, message: str = "No.") -> bytes:
    return orjson.dumps({"code": code, "message": message, "status": 400})


@pytest.mark.parametrize(
    ("status", "code"), [(400, 21211), (400, 21610), (403, 21408), (404, 21614), (400, 20001)]
)
def test_a_no_with_a_code_of_the_message_is_for_good(status: int, code: int) -> None:
    assert read_answer(status, error(code), pause=0) == Refused(str(code), "No.")


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (401, error(20003)),
        (403, error(20005)),
        (404, error(20404)),
        (401, b""),
        (404, b"<html>no such page</html>"),
        (405, b""),
    ],
)
def test_a_no_to_the_account_or_the_address_waits_for_a_person(status: int, content: bytes) -> None:
    expected = TryLater(ACCOUNT_REJECTED, ACCOUNT_PAUSE_SECONDS)
    assert read_answer(status, content, pause=0) == expected


@pytest.mark.parametrize("status", [301, 307, 400, 403, 408, 413, 422, 500, 502, 503, 504])
def test_without_a_code_of_the_carriers_nobody_can_tell(status: int) -> None:
    assert isinstance(read_answer(status, b"<html></html>", pause=0), Unknown)


@pytest.mark.parametrize("content", [error(20500), error(21211), b"[]", b"null"])
def test_a_fault_of_the_server_is_unknown_whatever_it_says(content: bytes) -> None:
    assert isinstance(read_answer(500, content, pause=0), Unknown)


@pytest.mark.parametrize("content", [error(20429), b"", b"slow down"])
def test_too_many_requests_is_certain_without_a_code(content: bytes) -> None:
    assert read_answer(429, content, pause=2.5) == TryLater(RATE_LIMITED, 2.5)


@pytest.mark.parametrize(
    ("content", "segments"),
    [
        (b'{"sid": "SM1", "num_segments": "2"}', 2),
        (b'{"sid": "SM1", "num_segments": "0"}', None),
        (b'{"sid": "SM1", "num_segments": null}', None),
        (b'{"sid": "SM1"}', None),
    ],
)
def test_segments_are_told_once_the_carrier_knows_them(
    content: bytes, segments: int | None
) -> None:
    outcome = read_answer(201, content, pause=0)
    assert isinstance(outcome, Accepted)
    assert (outcome.sid, outcome.segments) == ("SM1", segments)


@pytest.mark.parametrize(
    "content", [b'{"sid": ""}', b'{"sid": 7}', b'{"sid": "' + b"x" * 65 + b'"}', b"{", b"[]"]
)
def test_an_acceptance_without_a_proper_id_is_unknown(content: bytes) -> None:
    assert isinstance(read_answer(201, content, pause=0), Unknown)


def test_numbers_in_the_carriers_words_are_masked() -> None:
    content = error(21211, "The 'To' number +12395550123 is not valid; nor 2395550123.")
    outcome = read_answer(400, content, pause=0)
    assert isinstance(outcome, Refused)
    assert "5550123" not in outcome.detail
    assert "The 'To' number" in outcome.detail


def test_the_pause_doubles_to_its_limit_and_a_success_ends_it() -> None:
    backoff, now, pauses = Backoff(), 100.0, []
    for _ in range(9):
        pause = backoff.refused(now)
        pauses.append(pause)
        now += pause
    for pause, least in zip(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60], strict=True):
        assert least <= pause <= least * 1.25
    assert backoff.refused(now) <= LONGEST_SECONDS * 1.25
    backoff.accepted(now)  # was under way before the pause: proves nothing
    assert backoff.refused(now + 30) > 20
    backoff.accepted(now + 200)
    assert backoff.refused(now + 201) <= 1.25


@pytest.mark.parametrize(
    "code",
    [
        *(RATE_LIMITED, NOT_CONNECTED, ACCOUNT_REJECTED),
        *("21211", "21610", "21611", "30001", "21614", "21635", "30003", "30004", "30005"),
        *("30006", "30007", "30008", "30032", "30034", "30610", "30640"),
    ],
)
def test_every_known_code_has_a_sentence_of_its_own(code: str) -> None:
    assert describe(code).endswith(".")
    assert code not in describe(code)


def test_an_unknown_code_is_named_and_none_says_nothing() -> None:
    assert describe("99999") == "Refused by the carrier with code 99999."
    assert describe("") == ""


def test_the_simulator_knows_nothing_of_tollgate() -> None:
    """It is a carrier: neither Django nor the database may be needed to run it."""
    code = (
        "import sys, sending.carriers.simulator.server; "
        "sys.exit(any(name.split('.')[0] in ('django', 'psycopg') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
