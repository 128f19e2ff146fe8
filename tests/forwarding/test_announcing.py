"""The carrier is told where to announce calls; what it was told, and why not, is kept and shown."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from forwarding import announcing, rules
from forwarding.models import Call, ForwardingRule
from forwarding.pages import carrier
from sending import carrier_accounts, senders
from sending.carriers.voice_address import Told, tell
from sending.models import CarrierAccount, SenderNumber
from tests.cast import Cast
from tests.forwarding.calling import rule
from tests.simulator import AUTH_TOKEN, Simulator

pytestmark = pytest.mark.django_db(transaction=True)
ROW = '{"incoming_phone_numbers": [{"sid": "PN1", "phone_number": "+18885550100"%s}]}'
NOBODY = '{"incoming_phone_numbers": []}'


@contextmanager
def carrier_that_says(
    status: int, body: str, *, after: float = 0.0
) -> Iterator[tuple[str, list[str]]]:
    """The address of something that answers every request so, and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            time.sleep(after)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the test says what went wrong."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()


def connect(cast: Cast, simulator: Simulator) -> None:
    CarrierAccount.objects.filter(pk=cast.sender.account_id).update(api_url=simulator.url)


def due_now() -> None:
    ForwardingRule.objects.update(announce_due_at=timezone.now() - timedelta(seconds=1))


def told(cast: Cast, api_url: str, **changed: str) -> Told:
    given = {
        "account_sid": cast.sender.account.account_sid,
        "auth_token": AUTH_TOKEN,
        "number": cast.sender.number,
        "voice_url": "http://127.0.0.1:8000/carrier/call/1/",
        "status_url": "http://127.0.0.1:8000/carrier/call/1/status/",
        **changed,
    }
    return tell(api_url=api_url, timeout=2.0, **given)


# --- the request to the carrier ------------------------------------------------------------------


def test_the_carrier_is_told_once_and_for_the_right_number(
    cast: Cast, simulator: Simulator
) -> None:
    connect(cast, simulator)
    row = rule(cast)
    assert announcing.announce_due() == 1
    row.refresh_from_db()
    assert row.announced_to == f"http://127.0.0.1:8000/carrier/call/{cast.sender.account_id}/"
    assert row.announced_at is not None
    assert (row.announce_problem, row.announce_tries) == ("", 0)
    # Nothing is left to tell, so nobody is asked again.
    simulator.stop()
    assert announcing.announce_due() == 0
    row.refresh_from_db()
    assert row.announce_problem == ""


def test_telling_twice_changes_nothing(cast: Cast, simulator: Simulator) -> None:
    assert told(cast, simulator.url) is Told.DONE
    assert told(cast, simulator.url) is Told.DONE
    assert told(cast, simulator.url, voice_url="http://127.0.0.1:8000/elsewhere/") is Told.DONE


def test_each_trouble_has_a_name(cast: Cast, simulator: Simulator) -> None:
    assert told(cast, simulator.url, auth_token="wrong") is Told.WRONG_SECRET
    assert told(cast, "http://127.0.0.1:9") is Told.UNREACHABLE
    assert told(cast, simulator.url, voice_url="no address") is Told.REFUSED
    assert len({str(each.label) for each in Told}) == len(Told)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, '{"incoming_phone_numbers": []}', Told.NO_SUCH_NUMBER),
        (
            200,
            '{"incoming_phone_numbers": [{"sid": "PN1", "phone_number": "+18885550101"}]}',
            Told.NO_SUCH_NUMBER,
        ),
        (
            200,
            ROW % ', "voice_application_sid": "AP1"',
            Told.USED_OTHERWISE,
        ),
        (
            200,
            ROW % ', "trunk_sid": "TK1"',
            Told.USED_OTHERWISE,
        ),
        (200, '{"messages": []}', Told.NOT_A_CARRIER),
        (200, "<html>", Told.NOT_A_CARRIER),
        (302, "", Told.NOT_A_CARRIER),
        (404, '{"code": 20404}', Told.NO_SUCH_NUMBER),
        (404, "not here", Told.NOT_A_CARRIER),
        (400, '{"code": 21402}', Told.REFUSED),
        (429, "", Told.TROUBLE),
        (503, "", Told.TROUBLE),
    ],
)
def test_what_an_answer_means(cast: Cast, status: int, body: str, expected: Told) -> None:
    with carrier_that_says(status, body) as (address, _asked):
        assert told(cast, address) is expected


# --- what is kept, and when it is tried again ----------------------------------------------------


def test_a_failure_is_kept_and_tried_again_ever_more_rarely(cast: Cast) -> None:
    row = rule(cast)
    pauses = []
    for _ in range(3):
        due_now()
        assert announcing.announce_due() == 0
        row.refresh_from_db()
        pauses.append((row.announce_due_at - timezone.now()).total_seconds())
    assert row.announce_problem == Told.UNREACHABLE
    assert row.announce_tries == 3
    assert [round(pause / 60) for pause in pauses] == [1, 2, 4]
    # Not before its time.
    assert announcing.announce_due() == 0
    row.refresh_from_db()
    assert row.announce_tries == 3


def test_the_longest_pause_is_some_hours(cast: Cast) -> None:
    row = rule(cast)
    ForwardingRule.objects.update(announce_tries=1_000_000)
    announcing.announce_due()
    row.refresh_from_db()
    assert row.announce_due_at < timezone.now() + announcing.LONGEST_PAUSE + timedelta(minutes=1)


def test_another_account_or_public_address_is_told_anew(
    cast: Cast, simulator: Simulator, settings: Any
) -> None:
    connect(cast, simulator)
    row = rule(cast)
    assert announcing.announce_due() == 1
    other = carrier_accounts.add(
        workspace=cast.acme,
        name="Other",
        api_url=simulator.url,
        account_sid="AC" + "e" * 32,
        auth_token=AUTH_TOKEN,
        actor=cast.members[Role.OWNER],
    )
    senders.edit(
        sender=cast.sender,
        account=other,
        verification="verified",
        actor=cast.members[Role.OWNER],
        reason="Moved",
    )
    due_now()
    assert announcing.announce_due() == 1
    settings.PUBLIC_URL = "https://sms.example.com"
    due_now()
    assert announcing.announce_due() == 1
    row.refresh_from_db()
    assert row.announced_to == f"https://sms.example.com/carrier/call/{other.pk}/"


def test_a_released_number_is_not_told_about(cast: Cast) -> None:
    row = rule(cast)
    SenderNumber.objects.filter(pk=cast.sender.pk).update(verification="released")
    announcing.announce_due()
    row.refresh_from_db()
    assert row.announce_tries == 0


def test_two_workers_ask_the_carrier_once(cast: Cast) -> None:
    rule(cast)
    with carrier_that_says(200, NOBODY, after=0.5) as (address, asked):
        CarrierAccount.objects.filter(pk=cast.sender.account_id).update(api_url=address)

        def work(_number: int) -> None:
            try:
                announcing.announce_due()
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
        assert len(asked) == 1


def test_a_rule_deleted_while_the_carrier_is_asked_stays_deleted(cast: Cast) -> None:
    row = rule(cast)
    with carrier_that_says(200, NOBODY, after=0.5) as (address, asked):
        CarrierAccount.objects.filter(pk=cast.sender.account_id).update(api_url=address)

        def work() -> None:
            try:
                announcing.announce_due()
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(work)
            while not asked:
                time.sleep(0.01)
            rules.delete(sender=cast.sender, seen=row.token, actor=cast.members[Role.OWNER])
            done.result(10)
    assert not ForwardingRule.objects.exists()


# --- what the page says --------------------------------------------------------------------------


def page(cast: Cast, role: Role = Role.OWNER) -> str:
    client = Client()
    client.force_login(cast.members[role])
    return client.get(reverse("sms_settings:preferences")).content.decode()


def test_the_page_says_whether_calls_come_here(cast: Cast, simulator: Simulator) -> None:
    rule(cast)
    assert "is being told" in page(cast)
    announcing.announce_due()
    shown = page(cast)
    assert "Nothing answers at the account&#x27;s API address." in shown
    assert f"http://127.0.0.1:8000/carrier/call/{cast.sender.account_id}/" in shown
    assert "Tell the carrier now" in shown
    assert "Tell the carrier now" not in page(cast, Role.ANALYST)
    connect(cast, simulator)
    due_now()
    announcing.announce_due()
    assert "The carrier sends its calls here." in page(cast)


def test_a_call_that_came_in_proves_that_calls_come_here(cast: Cast) -> None:
    row = rule(cast)
    announcing.announce_due()
    Call.objects.create(
        workspace=cast.acme,
        account=cast.sender.account,
        sender=cast.sender,
        sid="CA1",
        decision="ring",
        reason="caller_canadian",
        outcome="not_forwarded",
        received_at=row.set_up_at + timedelta(seconds=1),
    )
    assert "The carrier sends its calls here." in page(cast)


@pytest.mark.parametrize("role", Role)
def test_who_may_forward_may_have_the_carrier_told_now(
    cast: Cast, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(carrier, "wake", woken.append)
    row = rule(cast)
    announcing.announce_due()
    client = Client()
    client.force_login(cast.members[role])
    address = reverse("call_forwarding:carrier", args=[cast.sender.pk])
    answer = client.post(address)
    row.refresh_from_db()
    if role is Role.ANALYST:
        assert answer.status_code == 403
        assert row.announce_problem
        assert woken == []
        return
    assert answer.status_code == 302
    assert (row.announce_problem, row.announce_tries) == ("", 0)
    assert woken == ["forwarding.announce"]
    fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "is being told" in fragment
    assert 'hx-trigger="every 2s"' in fragment
