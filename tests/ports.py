"""Ports for servers that tests start, out of each other's way."""

from __future__ import annotations

import random

from config.processes import free_port


def some_port() -> int:
    """A free port, hardly ever the one that a test beside this one takes at the same moment."""
    return free_port("127.0.0.1", random.randrange(20_000, 30_000))
