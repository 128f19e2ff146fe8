"""What `up` tells whoever started it, once the pages answer."""

from __future__ import annotations

import http.client
import time
from typing import TYPE_CHECKING

from config import health

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.programs import Layout
    from config.supervisor import Supervisor

PROBE_SECONDS = 1.0


class Welcome:
    """Called by the supervisor a few times a second: greets once, and ends a run with a time limit.

    ``seconds`` counts from the greeting; None runs on.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        layout: Layout,
        seconds: float | None,
        lines: Sequence[str] = (),
    ) -> None:
        self.supervisor = supervisor
        self.layout = layout
        self.seconds = seconds
        self.lines = lines
        self.greeted: float | None = None
        self._next_probe = 0.0

    def __call__(self) -> None:
        now = time.monotonic()
        if self.greeted is None:
            if now >= self._next_probe:
                self._next_probe = now + 0.5
                self._greet_when_ready()
        elif self.seconds is not None and now - self.greeted >= self.seconds:
            self.supervisor.stop()

    def _greet_when_ready(self) -> None:
        if not _answers(self.layout):
            return
        self.greeted = time.monotonic()
        self.supervisor.say("", f"Tollgate is at {self.layout.address}/")
        if self.layout.simulator_port is not None:
            phones = f"http://127.0.0.1:{self.layout.simulator_port}/simulator/"
            self.supervisor.say("", f"The simulated carrier shows its phones at {phones}")
        for line in self.lines:
            self.supervisor.say("", line)
        self.supervisor.say("", "Ctrl-C stops everything.")


def _answers(layout: Layout) -> bool:
    connection = http.client.HTTPConnection(layout.near, layout.port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", health.PATH)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
