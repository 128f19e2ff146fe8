"""System checks for combinations of settings that no single reader can see."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning
from psycopg.conninfo import conninfo_to_dict

from config import env
from config.broker import conninfo, uses_pgmq


@register(Tags.security, deploy=True)
def public_address_is_https(**kwargs: Any) -> list[CheckMessage]:
    if settings.PUBLIC_URL.startswith("https://"):
        return []
    return [
        Error(
            f"PUBLIC_URL is {settings.PUBLIC_URL}; carriers and browsers need https.",
            hint="Set PUBLIC_URL to the https address that the carrier calls.",
            id="tollgate.E001",
        )
    ]


@register(Tags.security, deploy=True)
def production_uses_servers_of_its_own(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.EMBEDDED_POSTGRES is not None:
        found.append(
            CheckWarning(
                "DATABASE_URL is not set, so the embedded PostgreSQL is used.",
                hint="Point DATABASE_URL at a PostgreSQL 14 or later that is backed up.",
                id="tollgate.W001",
            )
        )
    if uses_pgmq():
        found.append(
            CheckWarning(
                "CELERY_BROKER_URL names no Redis or RabbitMQ; tasks queue in PostgreSQL by pgmq.",
                hint="Point CELERY_BROKER_URL at a Redis or RabbitMQ.",
                id="tollgate.W002",
            )
        )
    return found


@register(Tags.security, deploy=True)
def mails_arrive(**kwargs: Any) -> list[CheckMessage]:
    backend = settings.EMAIL_BACKEND.split(".")[-2]
    if backend == "smtp":
        return []
    return [
        CheckWarning(
            "EMAIL_URL names no mail server; invited members get no link to choose a password.",
            hint="Set EMAIL_URL, such as smtp+tls://user:password@mail.example.com:587.",
            id="tollgate.W004",
        )
    ]


@register(Tags.security)
def broker_has_a_database_of_its_own(**kwargs: Any) -> list[CheckMessage]:
    if not uses_pgmq():
        return []
    own = settings.DATABASES["default"]
    broker = conninfo_to_dict(conninfo())
    same_server = (own.get("HOST") or "", str(own.get("PORT") or "")) == (
        broker.get("host", ""),
        str(broker.get("port", "")),
    )
    if not same_server or broker.get("dbname") != own["NAME"]:
        return []
    return [
        Error(
            "CELERY_BROKER_URL names Tollgate's own database; pgmq would put its tables there.",
            hint="Name another database, or leave CELERY_BROKER_URL out.",
            id="tollgate.E002",
        )
    ]


@register(Tags.compatibility)
def env_file_has_no_unknown_names(**kwargs: Any) -> list[CheckMessage]:
    """A misspelt name would be ignored in silence."""
    if not env.FILE.is_file():
        return []
    written = re.findall(r"^\s*(?:export\s+)?(\w+)\s*=", env.FILE.read_text(), re.MULTILINE)
    return [
        CheckWarning(
            f"{name} in .env is a variable that Tollgate does not read.",
            hint=".env.example lists those that it reads.",
            id="tollgate.W003",
        )
        for name in written
        if name not in env.asked_for
    ]
