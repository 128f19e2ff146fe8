"""Celery's broker: by address (Redis, RabbitMQ), or a PostgreSQL database through pgmq.

With ``CELERY_BROKER_URL`` unset (``pgmq://``) the broker is a database of its own, on the server
that has Tollgate's. It never lives in Tollgate's own: pgmq would put its tables there.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pgmq.install import get_embedded_install_sql
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo

# One key for everyone who creates or installs, in the database where they do it.
INSTALL_LOCK = 7_046_021_100
CONNECT_SECONDS = 10
VISIBILITY_SECONDS = 3600


def uses_pgmq() -> bool:
    return urlsplit(settings.CELERY_BROKER_URL).scheme == "pgmq"


def broker_database() -> str:
    """The name of the broker's database where no address names one."""
    return f"{settings.DATABASES['default']['NAME']}_broker"


def conninfo(database: str | None = None) -> str:
    """libpq's address of the broker, or of another ``database`` on its server."""
    url = settings.CELERY_BROKER_URL
    if urlsplit(url).netloc:
        address = "postgresql" + url.removeprefix("pgmq")
        return make_conninfo(address, **({"dbname": database} if database else {}))
    own = settings.DATABASES["default"]
    fields = {"host": own.get("HOST"), "port": own.get("PORT"), "user": own.get("USER")}
    fields |= {"password": own.get("PASSWORD"), **own.get("OPTIONS", {})}
    # Django's options hold more than libpq's.
    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    given = {name: str(value) for name, value in fields.items() if name in known and value}
    return make_conninfo(**(given | {"dbname": database or broker_database()}))


def celery_options() -> dict[str, Any]:
    """Celery's settings for the broker.

    The visibility timeout is longer than any task: a task that is still running is not given to a
    second worker. Tasks that would lose by the wait after a crash are found by the sweeps. RabbitMQ
    has no such time: it gives a task back as soon as the worker's connection is gone.
    """
    url = settings.CELERY_BROKER_URL
    scheme = urlsplit(url).scheme
    if scheme.startswith("redis"):
        options = {
            "visibility_timeout": VISIBILITY_SECONDS,
            "socket_connect_timeout": CONNECT_SECONDS,
        }
        return {"broker_url": url, "broker_transport_options": options}
    if scheme.startswith("amqp"):
        # A task counts as handed over only when RabbitMQ says that it has it.
        return {"broker_url": url, "broker_transport_options": {"confirm_publish": True}}
    return {
        # The host is never used: conn_string says where. Without one Celery warns.
        "broker_url": "pgmq://localhost",
        "broker_transport_options": {
            "conn_string": conninfo(),
            "init_extension": False,
            "wait_time_seconds": 0,
            "use_notify": False,
            "notify_throttle_interval_ms": 0,
            "visibility_timeout": VISIBILITY_SECONDS,
            "pool_size": 4,
        },
    }


def listening(options: dict[str, Any]) -> dict[str, Any]:
    """``broker_transport_options`` for a worker, which is woken by PostgreSQL's notifications.

    Only for a worker: whoever publishes never reads them, and after some minutes its connection is
    full. A server process that cannot write there holds up everyone who drops a database.
    """
    return {**options, "use_notify": True} if uses_pgmq() else options


def ensure_broker() -> None:
    """Create the broker's database and install pgmq in it, where it is ours to make.

    Any number of processes may call this at once. Raises `ImproperlyConfigured` with what to do.
    """
    if not uses_pgmq():
        return
    try:
        if not urlsplit(settings.CELERY_BROKER_URL).netloc:
            _create_database()
        _install()
    except psycopg.Error as error:
        raise ImproperlyConfigured(
            f"CELERY_BROKER_URL: the broker in PostgreSQL cannot be made ready: {error}"
        ) from error


def _create_database() -> None:
    name = broker_database()
    own = settings.DATABASES["default"]["NAME"]
    with psycopg.connect(conninfo(own), autocommit=True, connect_timeout=CONNECT_SECONDS) as server:
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        try:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            return


def _install() -> None:
    """pgmq's SQL cannot be run twice: whoever holds the lock looks first."""
    with psycopg.connect(conninfo(), connect_timeout=CONNECT_SECONDS) as broker:
        broker.execute("SET client_min_messages = warning")
        broker.execute("SELECT pg_advisory_xact_lock(%s)", [INSTALL_LOCK])
        installed = broker.execute("SELECT to_regclass('pgmq.meta') IS NOT NULL").fetchone()
        if installed == (False,):
            broker.execute(get_embedded_install_sql().encode())
