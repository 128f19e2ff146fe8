"""Dispatch: messages accepted by the carrier per second, end to end over HTTP.

Real Celery workers take a campaign of 20,000 through gate, HTTP and settling, to the simulator in a
process of its own. Peer: django-post-office with a null backend, which has no gate and no HTTP.
Limit: a bare asynchronous loop that posts the same requests to the same simulator.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import aiohttp
import uvloop

from config.broker import ensure_broker
from sending.models import Message
from tests.benchmarks.figures import Figure
from tests.benchmarks.peer_post_office import emails_a_second
from tests.benchmarks.world import build
from tests.simulator import AUTH_TOKEN, Simulator

RECIPIENTS = 20_000
CONNECTIONS = 32
PROCESSES = 2
ACCOUNT = "AC" + "a" * 32
UNDER_WAY = ("queued", "sending")


def run() -> list[Figure]:
    with TemporaryDirectory() as directory:
        simulator = Simulator(Path(directory) / "carrier.jsonl", "--no-callbacks")
        simulator.start()
        try:
            ours = _ours(simulator)
            limit = asyncio.Runner(loop_factory=uvloop.new_event_loop).run(_bare_loop(simulator))
        finally:
            simulator.stop()
    peer = emails_a_second(RECIPIENTS)
    return [
        Figure(
            name=f"dispatch, {RECIPIENTS:,} recipients",
            value=ours,
            unit="messages/s",
            peer=f"django-post-office, no gate, no HTTP: {peer:,.0f}",
            peer_ratio=ours / peer,
            limit=f"bare loop to the same carrier: {limit:,.0f}",
            limit_ratio=ours / limit,
        )
    ]


def _ours(simulator: Simulator) -> float:
    """From the first acceptance in the carrier's log to the last."""
    build(
        slug="dispatch", contacts=RECIPIENTS, api_url=simulator.url, smart_sending=False, clean=True
    )
    ensure_broker()
    arguments = [
        *(sys.executable, "-m", "celery", "--quiet", "--app", "config", "worker"),
        *("--queues", "dispatch", "--concurrency", str(PROCESSES), "--hostname", "bench@tollgate"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]
    worker = subprocess.Popen(arguments, env=dict(os.environ), start_new_session=True)
    try:
        from sending.tasks import metronome

        while Message.objects.filter(status__in=UNDER_WAY).exists():
            for _ in range(PROCESSES):
                metronome.apply_async(expires=2)
            time.sleep(1)
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    accepted = simulator.accepted()
    assert len(accepted) == RECIPIENTS, f"{len(accepted)} of {RECIPIENTS} were accepted"
    seconds = (accepted[-1].time - accepted[0].time).total_seconds()
    return len(accepted) / seconds


async def _bare_loop(simulator: Simulator) -> float:
    url = f"{simulator.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    numbers = iter(range(RECIPIENTS))

    async def carry(session: aiohttp.ClientSession) -> None:
        for number in numbers:
            form = {
                "To": f"+1216{2_000_000 + number}",
                "From": "+18885550001",
                "Body": "Spring sale: 20% off until Sunday. Reply STOP to stop.",
                "StatusCallback": f"http://127.0.0.1:8000/carrier/status/1/{number}/",
            }
            async with session.post(url, data=form) as response:
                assert response.status == 201
                await response.read()

    auth = aiohttp.BasicAuth(ACCOUNT, AUTH_TOKEN)
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(auth=auth, connector=connector) as session:
        started = perf_counter()
        await asyncio.gather(*(carry(session) for _ in range(CONNECTIONS)))
        return RECIPIENTS / (perf_counter() - started)
