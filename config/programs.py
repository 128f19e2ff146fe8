"""The programs that make up a running Tollgate, as command lines."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from config.schedule import QUEUES
from config.supervisor import Child, python

# What the metronome does must not wait behind an import: dispatch has a worker of its own.
WORKERS: dict[str, tuple[str, ...]] = {
    "dispatch": ("dispatch",),
    "worker": tuple(queue for queue in QUEUES if queue != "dispatch"),
}
WORKER_PROCESSES = 2
# A round of the metronome ends within this time; a worker that is stopped finishes it.
WORKER_GRACE = 30.0


@dataclass(frozen=True)
class Layout:
    """Where things listen, and how many processes send. ``simulator_port`` None: no simulator."""

    host: str
    port: int
    simulator_port: int | None
    workers: int
    data: Path

    @property
    def near(self) -> str:
        """The host to reach it by from this machine."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104

    @property
    def address(self) -> str:
        """Where a browser on this machine finds the pages."""
        return f"http://{_bracketed(self.near)}:{self.port}"


def children(layout: Layout) -> list[Child]:
    """In the order in which they start. The carrier stops last: posts under way are answered."""
    found = [web(layout), Child("beat", _celery("beat", "--scheduler", "celery.beat:Scheduler"))]
    found += [_worker(name, layout) for name in WORKERS]
    if layout.simulator_port is not None and simulator_exists():
        log = layout.data / "simulator.jsonl"
        command = python(
            *("-m", "sending.carriers.simulator"),
            *("--port", str(layout.simulator_port), "--log", str(log)),
        )
        found.insert(0, Child("carrier", command, stage=2))
    return found


def simulator_exists() -> bool:
    from importlib.util import find_spec

    return find_spec("sending.carriers.simulator") is not None


def web(layout: Layout) -> Child:
    """The web server, by itself."""
    return Child(
        "web",
        python(
            *("-m", "gunicorn", "config.wsgi"),
            *("--bind", f"{_bracketed(layout.host)}:{layout.port}"),
            *("--worker-class", "gthread", "--workers", "2", "--threads", "8"),
            *("--graceful-timeout", "5", "--log-level", "warning"),
            *("--logger-class", "config.logs.GunicornLogger"),
            # Heartbeats of its workers: in memory, not on a disk that may stall.
            *("--worker-tmp-dir", "/dev/shm" if os.path.isdir("/dev/shm") else str(layout.data)),  # noqa: S108, PTH112
        ),
    )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _worker(name: str, layout: Layout) -> Child:
    processes = layout.workers if name == "dispatch" else WORKER_PROCESSES
    command = _celery(
        *("worker", "--queues", ",".join(WORKERS[name]), "--concurrency", str(processes)),
        # A fixed name: pgmq's queue names hold 47 characters, and host names may be long.
        *("--hostname", f"{name}@tollgate"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    )
    return Child(name, command, stage=1, grace=WORKER_GRACE)


def _celery(program: str, *arguments: str) -> list[str]:
    return python(
        *("-m", "celery", "--quiet", "--app", "config", program),
        *arguments,
    )
