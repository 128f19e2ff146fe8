"""A database of its own for a test that starts real processes, on the embedded server."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from tests.databases import own_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def scratch_database() -> Iterator[str]:
    """The address of an empty database; it and its broker are dropped at the end."""
    server = settings.EMBEDDED_POSTGRES
    if server is None:
        pytest.skip("needs the embedded PostgreSQL: DATABASE_URL is set")
    with own_database(server, prefix="scratch") as address:
        yield address


def environment_for(database: str, data: Path) -> dict[str, str]:
    """The environment of a process that works on ``database``, and knows no other setting."""
    kept = {"PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH"}
    return {
        **{name: value for name, value in os.environ.items() if name in kept},
        "DATABASE_URL": database,
        "DATA_DIR": str(data),
        "DEBUG": "true",
        "CELERY_BROKER_URL": "",
        "PUBLIC_URL": "",
    }
