"""Calls: announced by the carrier, decided, logged and answered per second, fifty at once.

The web server is the one that `up` starts. Peer: a view that does nothing, in the same server,
asked in turn with ours. Limit: a bare loop that inserts the same rows over as many connections.
"""

from __future__ import annotations

import asyncio
import os
from statistics import quantiles
from time import perf_counter
from typing import Any

import psycopg
import uvloop
from django.db import connection
from django.urls import reverse

from accounts.models import User
from forwarding.models import Call, ForwardingRule
from tests.benchmarks import empty_view
from tests.benchmarks.caller import Heard, Order, call
from tests.benchmarks.figures import Figure
from tests.benchmarks.web_server import web_server
from tests.benchmarks.world import World, build

AT_ONCE = 50
ROUNDS = 6
CALLS = 1_000
DESTINATION = "+14155550123"


def run() -> list[Figure]:
    world = build(slug="calls", contacts=0, queue=False)
    owner = User.objects.get(memberships__workspace=world.workspace)
    ForwardingRule.objects.create(
        sender=world.sender, destination=DESTINATION, set_up_by=owner, changed_by=owner
    )
    with web_server() as address:
        ours, empty = call(_order(world, address))
    _check(ours, empty)
    limit = _bare_loop()
    rate, empty_rate = _rate(ours), _rate(empty)
    tail, empty_tail = _tail(ours), _tail(empty)
    return [
        Figure(
            name=f"calls, {AT_ONCE} at once",
            value=rate,
            unit="requests/s",
            peer=f"empty view in the same server: {empty_rate:,.0f}",
            peer_ratio=rate / empty_rate,
            limit=f"bare INSERT of the same rows: {limit:,.0f}",
            limit_ratio=rate / limit,
        ),
        Figure(
            name="calls, 99th percentile",
            value=tail,
            unit="ms",
            peer=f"empty view in the same server: {empty_tail:,.0f}",
            peer_ratio=empty_tail / tail,
            limit="",
            limit_ratio=None,
        ),
    ]


def _order(world: World, address: str) -> Order:
    account = world.sender.account
    return {
        "address": address,
        "paths": [reverse("carrier-call", kwargs={"account": account.pk}), empty_view.PATH],
        "account_sid": account.account_sid,
        "auth_token": account.auth_token,
        "called": world.sender.number,
        "connections": AT_ONCE,
        "rounds": ROUNDS,
        "calls": CALLS,
    }


def _check(ours: Heard, empty: Heard) -> None:
    """Every call was forwarded, and is logged as such; the first round counts as well."""
    placed = CALLS * (ROUNDS + 1)
    assert empty["answers"] == {"HTTP/1.1 200 OK\n": placed}, empty["answers"]
    assert sum(ours["answers"].values()) == placed
    for answer in ours["answers"]:
        assert answer.startswith("HTTP/1.1 200 OK\n"), answer
        assert "<Dial " in answer, answer
        assert f">{DESTINATION}</Number>" in answer, answer
    forwarded = Call.objects.filter(decision=Call.Decision.FORWARD, destination=DESTINATION)
    logged = (Call.objects.count(), forwarded.count())
    assert logged == (placed, placed), f"of {placed} calls {logged} are logged, and forwarded"


def _rate(heard: Heard) -> float:
    return len(heard["latencies"]) / heard["seconds"]


def _tail(heard: Heard) -> float:
    """Milliseconds within which 99 of a hundred were answered."""
    return quantiles(heard["latencies"], n=100)[98] * 1000


def _bare_loop() -> float:
    """Rows per second, each committed by itself, into a table with the same indexes."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare_call (LIKE forwarding_call INCLUDING ALL)")
        cursor.execute("SELECT * FROM forwarding_call")
        rows = cursor.fetchall()
    return asyncio.Runner(loop_factory=uvloop.new_event_loop).run(_insert(rows))


async def _insert(rows: list[tuple[Any, ...]]) -> float:
    values = ", ".join(["%s"] * len(rows[0]))
    insert = f"INSERT INTO bare_call OVERRIDING SYSTEM VALUE VALUES ({values})".encode()
    rest = iter(rows)

    async def log(line: psycopg.AsyncConnection) -> None:
        for row in rest:
            await line.execute(insert, row)

    lines = [
        await psycopg.AsyncConnection.connect(os.environ["DATABASE_URL"], autocommit=True)
        for _ in range(AT_ONCE)
    ]
    started = perf_counter()
    await asyncio.gather(*(log(line) for line in lines))
    seconds = perf_counter() - started
    for line in lines:
        await line.close()
    return len(rows) / seconds
