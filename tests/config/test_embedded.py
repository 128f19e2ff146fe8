"""The embedded PostgreSQL in a cluster of its own: starts, stops, starts where one was deleted."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from config import env
from config.embedded import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.faults


@pytest.fixture
def removed_later() -> Iterator[list[Path]]:
    paths: list[Path] = []
    yield paths
    for path in paths:
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(params=["private", "open to others"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """As root the cluster lies in the place itself only if other users can reach it."""
    top = tmp_path
    if request.param == "open to others":
        top = Path(tempfile.mkdtemp())
        top.chmod(0o755)
    directory = top / "a place with spaces" / ("long" * 20)
    yield directory
    server = EmbeddedPostgres(directory)
    server.stop()
    # As root the cluster lies elsewhere, and the link in the directory says where.
    if server.cluster.is_symlink():
        shutil.rmtree(server.cluster.resolve(), ignore_errors=True)
    shutil.rmtree(server.socket_directory, ignore_errors=True)
    shutil.rmtree(top, ignore_errors=True)


def answers(server: EmbeddedPostgres) -> bool:
    with psycopg.connect(server.url("postgres")) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def test_many_who_start_it_at_once_start_one(place: Path) -> None:
    code = (
        "import sys, pathlib; from config.embedded import EmbeddedPostgres; "
        "EmbeddedPostgres(pathlib.Path(sys.argv[1])).ensure_running()"
    )
    starting = [
        subprocess.Popen([sys.executable, "-c", code, str(place)], cwd=env.BASE_DIR)
        for _ in range(4)
    ]
    assert [process.wait(120) for process in starting] == [0, 0, 0, 0]
    assert answers(EmbeddedPostgres(place))


def test_it_starts_again_after_the_whole_place_was_deleted_under_it(
    place: Path, removed_later: list[Path]
) -> None:
    first = EmbeddedPostgres(place)
    first.ensure_running()
    assert answers(first)
    first.ensure_database("before")
    if first.cluster.is_symlink():
        # What somebody who deletes the project does not see.
        removed_later.append(first.cluster.resolve())
    shutil.rmtree(place)
    again = EmbeddedPostgres(place)
    again.ensure_running()
    assert answers(again)
    with psycopg.connect(again.url("postgres")) as connection:
        before = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'before'")
        assert before.fetchone() is None, "made anew, it starts empty"
