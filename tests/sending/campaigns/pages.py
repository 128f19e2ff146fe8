"""Campaign pages as a member asks for them."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from sending.models import Campaign
from tests.cast import Cast

Status = Campaign.Status


def as_role(cast: Cast, role: Role) -> Client:
    client = Client()
    client.force_login(cast.members[role])
    return client


def url(name: str, *args: object) -> str:
    return reverse(f"admin:sending_campaign_{name}", args=args)


def text(response: Any) -> str:
    content: bytes = response.content
    return " ".join(content.decode().split())


def content(cast: Cast, **changes: object) -> dict[str, object]:
    fields: dict[str, object] = {
        "name": "Spring sale",
        "purpose": cast.offers.pk,
        "audience": "purpose",
        "sender": "",
        "body": "Hi {{ first_name }}",
        "then": "preflight",
    }
    return fields | changes


POSTS = ("start", "schedule", "unschedule", "pause", "resume", "copy", "preview", "cancel")
