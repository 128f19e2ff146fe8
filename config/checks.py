"""System checks for combinations of settings that no single reader can see."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning


@register(Tags.security, deploy=True)
def production_uses_servers_of_its_own(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not settings.PUBLIC_URL.startswith("https://"):
        found.append(
            Error(
                f"PUBLIC_URL is {settings.PUBLIC_URL}; carriers and browsers need https.",
                hint="Set PUBLIC_URL to the https address that the carrier calls.",
                id="tollgate.E001",
            )
        )
    if settings.EMBEDDED_POSTGRES is not None:
        found.append(
            CheckWarning(
                "DATABASE_URL is not set, so the embedded PostgreSQL is used.",
                hint="Point DATABASE_URL at a PostgreSQL 14 or later that is backed up.",
                id="tollgate.W001",
            )
        )
    if settings.CELERY_BROKER_URL.startswith("pgmq"):
        found.append(
            CheckWarning(
                "CELERY_BROKER_URL is not set, so tasks queue in PostgreSQL through pgmq.",
                hint="Point CELERY_BROKER_URL at a Redis or RabbitMQ.",
                id="tollgate.W002",
            )
        )
    return found
