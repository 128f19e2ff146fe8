"""From the carrier's process to our web server and back: callbacks over real HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from django.db import transaction
from django.urls import reverse
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from sending.carriers.outcome import Accepted, Outgoing, Unknown
from sending.carriers.twilio import CarrierClient
from sending.models import CarrierEvent, Message
from tests.cast import Cast, opted_in
from tests.sending.messages import message_in
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def eventually(true: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


def send(simulator: Simulator, cast: Cast, message: Message, url: str) -> Accepted | Unknown:
    path = reverse(
        "carrier-status", kwargs={"account": cast.sender.account_id, "message": message.pk}
    )

    async def run() -> Accepted | Unknown:
        account = cast.sender.account
        async with CarrierClient(
            api_url=simulator.url,
            account_sid=account.account_sid,
            auth_token=account.auth_token,
        ) as client:
            outcome = await client.send(
                Outgoing(
                    message_id=message.pk,
                    to=message.contact.number,
                    sender=cast.sender.number,
                    body=message.body,
                    status_callback=url + path,
                )
            )
            assert isinstance(outcome, Accepted | Unknown)
            return outcome

    return asyncio.run(run())


@pytest.fixture
def message(cast: Cast) -> Message:
    with transaction.atomic():
        person = opted_in(cast.offers, "+12395550123")
        return message_in("sending", contact=person, sender=cast.sender)


def test_a_message_whose_answer_was_lost_is_settled_by_its_callbacks(
    cast: Cast,
    message: Message,
    simulator: Simulator,
    live_server: LiveServer,
    settings: Settings,
) -> None:
    settings.PUBLIC_URL = live_server.url
    simulator.control(
        callbacks=True,
        callback_delay=0.1,
        callback_duplicates=1,
        callback_reorder=1,
        drop_after_share=1,
    )
    assert isinstance(send(simulator, cast, message, live_server.url), Unknown)
    assert eventually(lambda: Message.objects.get(pk=message.pk).status == "delivered")
    assert eventually(lambda: CarrierEvent.objects.count() == 2)
    [entry] = simulator.accepted()
    assert Message.objects.get(pk=message.pk).sid == entry.sid
    assert dict(CarrierEvent.objects.values_list("status", "applied")) == {
        "delivered": True,
        "sent": False,
    }


def test_a_callback_signed_for_another_address_is_refused_over_http(
    cast: Cast,
    message: Message,
    simulator: Simulator,
    live_server: LiveServer,
    settings: Settings,
) -> None:
    settings.PUBLIC_URL = "https://sms.example.com"
    simulator.control(callbacks=True, callback_delay=0)
    assert isinstance(send(simulator, cast, message, live_server.url), Accepted)
    assert eventually(lambda: simulator.state()["callbacks"]["posted"] == 2)
    assert not CarrierEvent.objects.exists()
    assert Message.objects.get(pk=message.pk).status == "sending"
