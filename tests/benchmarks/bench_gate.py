"""The gate: claimed, decided, logged and windows moved, per second, by one process.

Peer: the moving window of `limits` on Redis, which only counts. Limit: a bare COPY of the very
decision rows that the gate wrote, into a table with the same indexes.
"""

from __future__ import annotations

import os
from time import perf_counter

from django.db import connection, transaction

from sending.dispatch.admit import MESSAGES_A_ROUND, admit
from sending.models import Campaign
from tests.benchmarks.figures import Figure
from tests.benchmarks.world import World, build

SIZES = (10_000, 100_000, 1_000_000)
AT_MOST = 100_000
PEER_HITS = 20_000


def run() -> list[Figure]:
    """One figure a size; the cost per recipient should stay flat."""
    peer = _peer()
    _measure(2_000, None)  # what every process does once is not part of the cost per recipient
    return [_measure(size, peer) for size in SIZES]


def _measure(size: int, peer: float | None) -> Figure:
    world = build(slug=f"gate-{size}", contacts=size)
    looked_at = 0
    started = perf_counter()
    while looked_at < AT_MOST:
        batch = admit(messages=MESSAGES_A_ROUND)
        if not batch.looked_at:
            break
        looked_at += batch.looked_at
    rate = looked_at / (perf_counter() - started)
    limit = _bare_copy(world)
    Campaign.objects.filter(pk=world.campaign.pk).update(status=Campaign.Status.PAUSED)
    return Figure(
        name=f"gate, {size:,} contacts",
        value=rate,
        unit="messages/s",
        peer="" if peer is None else f"limits on Redis, which only counts: {peer:,.0f}",
        peer_ratio=None if peer is None else rate / peer,
        limit=f"bare COPY of its decisions: {limit:,.0f}",
        limit_ratio=rate / limit,
    )


def _bare_copy(world: World) -> float:
    """Rows per second when this world's decisions are copied in again, indexes and commit."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare_copy (LIKE sending_decision INCLUDING ALL)")
        with cursor.copy(
            "COPY (SELECT * FROM sending_decision WHERE workspace_id = %s) TO STDOUT",
            [world.workspace.pk],
        ) as copy:
            blocks = [bytes(block) for block in copy]
        started = perf_counter()
        with transaction.atomic(), cursor.copy("COPY bare_copy FROM STDIN") as copy:
            for block in blocks:
                copy.write(block)
        seconds = perf_counter() - started
        cursor.execute("SELECT count(*) FROM bare_copy")
        rows: int = cursor.fetchone()[0]
        cursor.execute("DROP TABLE bare_copy")
    return rows / seconds


def _peer() -> float | None:
    """Hits per second on a limit of three a day, each on a number of its own."""
    address = os.environ.get("BENCH_REDIS_URL")
    if address is None:
        return None
    from limits import RateLimitItemPerDay
    from limits.storage import storage_from_string
    from limits.strategies import MovingWindowRateLimiter

    limiter = MovingWindowRateLimiter(storage_from_string(address))
    three_a_day = RateLimitItemPerDay(3)
    started = perf_counter()
    for number in range(PEER_HITS):
        limiter.hit(three_a_day, f"+1239{number:07d}")
    return PEER_HITS / (perf_counter() - started)
