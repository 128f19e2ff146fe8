"""`python -m tests.benchmarks [NAME…]`: every figure from one run, within ten minutes.

Prints a table and writes .data/bench.json. Exits with 1 when a benchmark failed or took too long.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from config.embedded import EmbeddedPostgres
from config.processes import free_port, kill_group
from config.secret import lines
from tests.benchmarks.figures import Figure, table
from tests.databases import own_database

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BUDGET = 590.0


def main() -> int:
    names = [path.stem for path in sorted(HERE.glob("bench_*.py"))]
    if wanted := sys.argv[1:]:
        names = [name for name in names if name.removeprefix("bench_") in wanted or name in wanted]
    if not names:
        print("There is no such benchmark.")
        return 1
    server = EmbeddedPostgres(ROOT / ".data")
    server.ensure_running()
    deadline = time.monotonic() + BUDGET
    figures: list[Figure] = []
    failed: list[str] = []
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server())
        for name in names:
            database = stack.enter_context(own_database(server, prefix="bench"))
            found = measure(name, database, redis, deadline - time.monotonic())
            failed += [] if found is not None else [name]
            figures += found or []
    print(table(figures))
    write(figures)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def measure(name: str, database: str, redis: str | None, seconds: float) -> list[Figure] | None:
    """What one benchmark found; None when it failed or did not end in time."""
    print(f"… {name.removeprefix('bench_')}", file=sys.stderr, flush=True)
    secrets = dict(line.split("=", 1) for line in lines())
    environment = {**os.environ, **secrets, "DATABASE_URL": database, "DEBUG": "false"}
    environment.pop("BENCH_REDIS_URL", None)
    if redis is not None:
        environment["BENCH_REDIS_URL"] = redis
    with tempfile.TemporaryDirectory() as directory:
        output = Path(directory) / "figures.json"
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.child", name, str(output)],
            cwd=ROOT,
            env=environment | {"DATA_DIR": directory},
            start_new_session=True,
        )
        try:
            process.wait(max(seconds, 1))
        except subprocess.TimeoutExpired:
            print(f"{name} was still running after {BUDGET:.0f} s in all", file=sys.stderr)
        finally:
            kill_group(process.pid, signal.SIGKILL)
            process.wait()
        if process.returncode != 0 or not output.exists():
            return None
        found: list[Figure] = json.loads(output.read_text())
        return found


@contextmanager
def redis_server() -> Iterator[str | None]:
    """The address of a Redis in memory, or None where redis-server is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        yield None
        return
    port = free_port("127.0.0.1", 16_379)
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly"]
    process = subprocess.Popen(
        [*command, "no"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
    )
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait()


def write(figures: list[Figure]) -> None:
    """Keep the figures: a list of objects."""
    target = ROOT / ".data" / "bench.json"
    temporary = target.with_suffix(".new")
    temporary.write_text(json.dumps(figures, indent=2) + "\n")
    temporary.replace(target)


if __name__ == "__main__":
    sys.exit(main())
