"""The frame of `make bench`: runs, times out, reports, and leaves no database behind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings

from config.embedded import EmbeddedPostgres
from tests.benchmarks import __main__ as bench
from tests.benchmarks.figures import Figure, table
from tests.databases import own_database

SERVER = EmbeddedPostgres(settings.BASE_DIR / ".data")
GOOD = """
def run():
    import os
    from django.db import connection
    assert connection.settings_dict["NAME"].startswith("bench_")
    from accounts.models import Workspace
    assert Workspace.objects.count() == 0
    return [{"name": "redis", "value": float("BENCH_REDIS_URL" in os.environ), "unit": "",
             "peer": "", "peer_ratio": None, "limit": "", "limit_ratio": None}]
"""


@pytest.fixture
def module() -> Iterator[Callable[[str], str]]:
    written: list[Path] = []

    def write(source: str) -> str:
        path = bench.HERE / f"tried_{os.getpid()}_{len(written)}.py"
        path.write_text(source)
        written.append(path)
        return path.stem

    yield write
    for path in written:
        path.unlink()


def test_columns_line_up_and_missing_peers_are_dashes() -> None:
    figures: list[Figure] = [
        {
            "name": "gate",
            "value": 123_456.7,
            "unit": "decisions/s",
            "peer": "limits, Redis",
            "peer_ratio": 12.34,
            "limit": "commit",
            "limit_ratio": 0.456,
        },
        {
            "name": "import",
            "value": 0.01234,
            "unit": "s",
            "peer": "",
            "peer_ratio": None,
            "limit": "",
            "limit_ratio": None,
        },
    ]
    header, gate, imports = table(figures).splitlines()
    assert "123,457" in gate
    assert "12.3" in gate
    assert "46%" in gate
    assert "0.0123" in imports
    assert header.index("peer") == gate.index("limits, Redis")


def test_a_benchmark_has_a_migrated_database_of_its_own_and_leaves_none(
    module: Callable[[str], str],
) -> None:
    name = module(GOOD)
    with own_database(SERVER, prefix="bench") as url:
        found = bench.measure(name, url, "redis://127.0.0.1:1/0", 120)
        assert found is not None
        assert found[0]["value"] == 1.0
    with psycopg.connect(SERVER.url("postgres")) as connection:
        left = connection.execute(
            "SELECT count(*) FROM pg_database WHERE datname = %s", [urlsplit(url).path[1:]]
        ).fetchone()
    assert left == (0,)


def test_one_that_fails_and_one_that_takes_too_long_are_told_apart_from_figures(
    module: Callable[[str], str],
) -> None:
    broken = module("def run():\n    raise ValueError('no')\n")
    endless = module("import time\ntime.sleep(600)\n")
    with own_database(SERVER, prefix="bench") as url:
        assert bench.measure(broken, url, None, 120) is None
        assert bench.measure(endless, url, None, 3) is None
