"""Campaigns and audiences for these tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sending.campaigns import drafts
from sending.models import Campaign, Message
from tests.cast import Cast, opted_in

if TYPE_CHECKING:
    from consent.models import Contact


def audience(cast: Cast, size: int = 5) -> list[Contact]:
    """Contacts in Florida with consent to acme's offers."""
    return [opted_in(cast.offers, f"+1239555{index:04d}") for index in range(size)]


def draft(cast: Cast, **changes: object) -> Campaign:
    fields: dict[str, object] = {
        "workspace": cast.acme,
        "name": "Spring sale",
        "purpose": cast.offers,
        "body": "The sale is on.",
    }
    return drafts.create(**(fields | changes))  # type: ignore[arg-type]


def statuses(campaign: Campaign) -> dict[str, int]:
    """Messages of ``campaign`` per status, counted the long way."""
    found: dict[str, int] = {}
    for status in Message.objects.filter(campaign=campaign).values_list("status", flat=True):
        found[status] = found.get(status, 0) + 1
    return found
