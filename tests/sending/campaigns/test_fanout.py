"""Fan-out: everyone of the audience gets one message, whatever happens on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.db import connection, transaction

from consent.models import ConsentState
from sending.campaigns import fanout, moves
from sending.campaigns.fanout import fan_out_chunk
from sending.campaigns.progress import progress_of
from sending.models import Campaign, Message, SenderNumber, SenderPreferences
from tests.cast import Cast, contact, opted_in
from tests.sending.campaigns.makers import audience, draft

ROOT = Path(__file__).resolve().parents[3]


def _start(cast: Cast, **changes: object) -> Campaign:
    campaign = draft(cast, **changes)
    moves.start(campaign=campaign)
    return campaign


def _reached(campaign: Campaign) -> list[str]:
    return list(
        Message.objects.filter(campaign=campaign)
        .order_by("contact__number")
        .values_list("contact__number", flat=True)
    )


def test_an_audience_becomes_messages_chunk_by_chunk(cast: Cast) -> None:
    people = audience(cast, 5)
    campaign = _start(cast)
    assert fan_out_chunk(campaign.pk, limit=2)
    assert progress_of(campaign).waiting == 5  # three of them are not made yet
    assert fan_out_chunk(campaign.pk, limit=2)
    assert not fan_out_chunk(campaign.pk, limit=2)
    campaign.refresh_from_db()
    assert (campaign.fanout_done, campaign.audience_size) == (True, 5)
    assert _reached(campaign) == [person.number for person in people]
    message = Message.objects.first()
    assert message is not None
    assert message.workspace == cast.acme
    assert (message.kind, message.status) == ("campaign", "queued")
    assert (message.sender, message.body) == (cast.sender, "")
    assert not fan_out_chunk(campaign.pk)


def test_those_who_opted_out_are_in_the_audience_so_that_the_gate_can_say_so(cast: Cast) -> None:
    audience(cast, 2)
    ConsentState.objects.update(status="opted_out")
    contact(cast.acme, "+12395550900")
    opted_in(cast.rival_offers, "+12395550901")
    campaign = _start(cast)
    fan_out_chunk(campaign.pk)
    assert _reached(campaign) == ["+12395550000", "+12395550001"]


def test_the_audience_of_a_workspace_is_all_its_contacts_and_nobody_elses(cast: Cast) -> None:
    audience(cast, 2)
    contact(cast.acme, "+12395550900")
    contact(cast.rival, "+12395550901")
    campaign = _start(cast, audience=Campaign.Audience.WORKSPACE)
    fan_out_chunk(campaign.pk)
    assert _reached(campaign) == ["+12395550000", "+12395550001", "+12395550900"]


def _another(cast: Cast, number: str, country: str, verification: str) -> SenderNumber:
    return SenderNumber.objects.create(
        workspace=cast.acme,
        account=cast.sender.account,
        number=number,
        kind="long_code",
        country=country,
        verification=verification,
    )


def test_each_country_gets_its_sender(cast: Cast) -> None:
    rejected = _another(cast, "+33700555001", "FR", "rejected")
    pending = _another(cast, "+447700900001", "GB", "pending")
    verified = _another(cast, "+447700900002", "GB", "verified")
    _another(cast, "+447700900003", "GB", "unverified")
    waiting = _another(cast, "+4915735990001", "DE", "pending")
    for number in ("+12395550100", "+447400123456", "+4915112345678", "+33612345678"):
        opted_in(cast.offers, number)
    campaign = _start(cast)
    fan_out_chunk(campaign.pk)
    senders = dict(Message.objects.values_list("contact__country", "sender"))
    assert senders == {"US": cast.sender.pk, "GB": verified.pk, "DE": waiting.pk, "FR": None}
    assert {rejected.pk, pending.pk}.isdisjoint(senders.values())


def test_the_campaigns_own_sender_serves_its_country_only(cast: Cast) -> None:
    own = _another(cast, "+12395550002", "US", "verified")
    british = _another(cast, "+447700900002", "GB", "verified")
    for number in ("+12395550100", "+447400123456"):
        opted_in(cast.offers, number)
    campaign = _start(cast, sender=own)
    fan_out_chunk(campaign.pk)
    senders = dict(Message.objects.values_list("contact__country", "sender"))
    assert senders == {"US": own.pk, "GB": british.pk}


def test_without_a_sender_the_message_is_made_all_the_same_for_the_gate_to_refuse(
    cast: Cast,
) -> None:
    audience(cast, 1)
    campaign = _start(cast)
    SenderPreferences.objects.filter(workspace=cast.acme).update(us_sender=None)
    fan_out_chunk(campaign.pk)
    assert list(Message.objects.values_list("sender", flat=True)) == [None]


@pytest.mark.parametrize("status", ["draft", "paused", "cancelled"])
def test_a_campaign_that_is_not_sending_is_not_fanned_out(cast: Cast, status: str) -> None:
    audience(cast, 1)
    campaign = draft(cast)
    if status == "paused":
        moves.start(campaign=campaign)
    Campaign.objects.update(status=status)
    assert not fan_out_chunk(campaign.pk)
    assert not Message.objects.exists()


def test_an_aborted_chunk_leaves_neither_messages_nor_a_moved_cursor(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = audience(cast, 4)
    campaign = _start(cast)
    fan_out_chunk(campaign.pk, limit=2)
    monkeypatch.setattr(fanout, "_MOVE", "SELECT 1 / 0")
    with pytest.raises(Exception, match="division by zero"), transaction.atomic():
        fan_out_chunk(campaign.pk, limit=2)
    monkeypatch.undo()
    assert Message.objects.count() == 2
    while fan_out_chunk(campaign.pk, limit=2):
        pass
    assert _reached(campaign) == [person.number for person in people]


@pytest.mark.django_db(transaction=True)
def test_a_second_worker_does_not_wait_for_a_chunk_under_way(cast: Cast) -> None:
    audience(cast, 4)
    campaign = _start(cast)
    answers: list[bool] = []

    def second() -> None:
        answers.append(fan_out_chunk(campaign.pk, limit=2))
        connection.close()

    with transaction.atomic():
        assert fan_out_chunk(campaign.pk, limit=2)
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(5)
        assert answers == [False]
    thread.join()
    assert Message.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_many_workers_make_each_message_once(cast: Cast) -> None:
    people = audience(cast, 60)
    campaign = _start(cast)
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait(10)
        until = time.monotonic() + 20
        while time.monotonic() < until and not Campaign.objects.get(pk=campaign.pk).fanout_done:
            fan_out_chunk(campaign.pk, limit=7)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _reached(campaign) == [person.number for person in people]


WORKER = """
import sys, time, django
django.setup()
from django.db import transaction
from sending.campaigns.fanout import fan_out_chunk
with transaction.atomic():
    # The chunk is made and not yet committed when the process is killed.
    fan_out_chunk(int(sys.argv[1]), limit=3)
    print("made", flush=True)
    time.sleep(60)
"""


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_a_chunk_repeats_nobody_and_leaves_nobody_out(cast: Cast) -> None:
    people = audience(cast, 10)
    campaign = _start(cast)
    fan_out_chunk(campaign.pk, limit=3)
    settings = connection.settings_dict
    host = settings["HOST"] or settings["OPTIONS"].get("host", "")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": f"postgresql://{settings['USER']}@/{settings['NAME']}?host={host}",
    }
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(campaign.pk)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == b"made\n"
    assert not fan_out_chunk(campaign.pk, limit=3)  # the dying worker still holds it
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    until = time.monotonic() + 20
    while time.monotonic() < until and not Campaign.objects.get(pk=campaign.pk).fanout_done:
        fan_out_chunk(campaign.pk, limit=3)
    assert _reached(campaign) == [person.number for person in people]
