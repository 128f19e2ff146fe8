"""An empty database on the embedded server for as long as it is needed."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.embedded import EmbeddedPostgres


@contextmanager
def own_database(server: EmbeddedPostgres, *, prefix: str) -> Iterator[str]:
    """The address of an empty database; it and its broker are dropped at the end."""
    name = f"{prefix}_{uuid.uuid4().hex[:10]}"
    server.ensure_database(name)
    try:
        yield server.url(name)
    finally:
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            for database in (name, f"{name}_broker"):
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                        sql.Identifier(database)
                    )
                )
