"""From the carrier's process to our web server and back: calls and reports on them, over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from forwarding import announcing, database
from forwarding.models import Call, CallEvent
from sending.models import CarrierAccount
from tests.cast import Cast
from tests.forwarding.calling import DESTINATION, US_CALLER, rule
from tests.forwarding.tls_proxy import tls_proxy
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def carrier(
    cast: Cast, simulator: Simulator, live_server: LiveServer, settings: Any
) -> Iterator[Simulator]:
    """The carrier, told by us where to announce the calls of acme's forwarded number."""
    settings.PUBLIC_URL = live_server.url
    simulator.control(callbacks=True)
    CarrierAccount.objects.filter(pk=cast.sender.account_id).update(api_url=simulator.url)
    rule(cast)
    assert announcing.announce_due() == 1
    yield simulator
    database.calls.forget()


def eventually(true: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


def in_state(carrier: Simulator, call: dict[str, Any], state: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = []

    def reached() -> bool:
        found[:] = [each for each in carrier.calls() if each["sid"] == call["sid"]]
        return bool(found[0]["state"] == state)

    assert eventually(reached), found
    return found[0]


def outcome_of(call: dict[str, Any]) -> str:
    return Call.objects.get(sid=call["sid"]).outcome


def test_a_us_caller_reaches_the_destination_and_talks(cast: Cast, carrier: Simulator) -> None:
    placed = carrier.place_call(US_CALLER, cast.sender.number)
    ringing = in_state(carrier, placed, "ringing_destination")
    assert ringing["destination"] == DESTINATION
    assert ringing["caller_id"] == US_CALLER
    carrier.act(placed["sid"], "answer")
    assert eventually(lambda: outcome_of(placed) == "answered")
    time.sleep(1.1)
    carrier.act(placed["sid"], "hang-up")
    assert eventually(lambda: Call.objects.filter(ended_at__isnull=False).exists())
    call = Call.objects.get()
    assert (call.decision, call.destination, call.outcome) == ("forward", DESTINATION, "answered")
    assert call.seconds is not None
    assert call.seconds >= 1
    assert in_state(carrier, placed, "ended")["error"] == ""


@pytest.mark.parametrize(
    ("action", "outcome"), [("decline", "busy"), ("hang-up", "caller_hung_up")]
)
def test_a_destination_that_is_not_reached_is_logged_as_it_was(
    cast: Cast, carrier: Simulator, action: str, outcome: str
) -> None:
    placed = carrier.place_call(US_CALLER, cast.sender.number)
    in_state(carrier, placed, "ringing_destination")
    carrier.act(placed["sid"], action)
    assert eventually(lambda: outcome_of(placed) == outcome)


@pytest.mark.parametrize("caller", ["+14165550123", "anonymous", "+18885550123", "+442079460123"])
def test_whoever_is_not_forwarded_hears_ringing_until_they_hang_up(
    cast: Cast, carrier: Simulator, caller: str
) -> None:
    placed = carrier.place_call(caller, cast.sender.number)
    ringing = in_state(carrier, placed, "ringing")
    assert ringing["answered_at"] is None
    time.sleep(1.1)
    carrier.act(placed["sid"], "hang-up")
    ended = in_state(carrier, placed, "ended")
    assert ended["error"] == ""
    assert ended["answered_at"] is None
    assert eventually(lambda: Call.objects.filter(ended_at__isnull=False).exists())
    call = Call.objects.get()
    assert (call.decision, call.outcome, call.caller) == ("ring", "not_forwarded", caller)


def test_reports_told_twice_and_in_the_wrong_order_come_to_the_same(
    cast: Cast, carrier: Simulator
) -> None:
    carrier.control(callbacks=True, callback_duplicates=1, callback_reorder=1, call_replay=1)
    placed = carrier.place_call(US_CALLER, cast.sender.number)
    in_state(carrier, placed, "ringing_destination")
    carrier.act(placed["sid"], "answer")
    in_state(carrier, placed, "connected")
    carrier.act(placed["sid"], "hang-up")
    assert eventually(lambda: Call.objects.filter(ended_at__isnull=False).exists())
    assert outcome_of(placed) == "answered"
    assert Call.objects.count() == 1
    # The call was announced twice, and both times got the same answer.
    assert in_state(carrier, placed, "ended")["difference"] == ""
    statuses = list(CallEvent.objects.values_list("leg", "status"))
    assert len(statuses) == len(set(statuses))


def test_a_secret_that_is_not_the_carriers_forwards_nobody(cast: Cast, carrier: Simulator) -> None:
    account = CarrierAccount.objects.get(pk=cast.sender.account_id)
    account.auth_token = "another"
    account.save()
    placed = carrier.place_call(US_CALLER, cast.sender.number)
    ended = in_state(carrier, placed, "ended")
    assert ended["webhook"]["status"] == 403
    assert not Call.objects.exists()


def test_a_call_comes_in_over_a_proxy_that_ends_tls(
    cast: Cast,
    live_server: LiveServer,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    certificate = tmp_path / "proxy.pem"
    with tls_proxy(live_server.url, certificate) as address:
        settings.PUBLIC_URL = address
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        # The carrier trusts it, as it trusts real ones by the authority that signed them.
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        carrier = Simulator(tmp_path / "carrier.jsonl")
        carrier.start()
        try:
            CarrierAccount.objects.filter(pk=cast.sender.account_id).update(api_url=carrier.url)
            rule(cast)
            assert announcing.announce_due() == 1
            placed = carrier.place_call(US_CALLER, cast.sender.number)
            in_state(carrier, placed, "ringing_destination")
            carrier.act(placed["sid"], "decline")
            assert eventually(lambda: outcome_of(placed) == "busy")
        finally:
            carrier.stop()
    database.calls.forget()
