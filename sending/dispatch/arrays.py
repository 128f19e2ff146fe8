"""Array parameters for set-based statements, written by hand: thousands are sent a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


def numbers(values: Iterable[int]) -> str:
    """A literal for ``%s::bigint[]`` or ``int[]``."""
    return "{" + ",".join(map(str, values)) + "}"


def times(values: Iterable[datetime | None]) -> str:
    """A literal for ``%s::timestamptz[]``; the times are aware, None is NULL."""
    parts: list[str] = []
    last: datetime | None = None
    text = "NULL"
    for value in values:
        if value is not last:  # most rows of a batch share one
            last, text = value, "NULL" if value is None else value.isoformat()
        parts.append(text)
    return "{" + ",".join(parts) + "}"


def codes(values: Iterable[str]) -> str:
    """A literal for ``%s::text[]`` of our own codes: letters, digits, ``_`` and ``,`` only."""
    return "{" + ",".join(f'"{value}"' for value in values) + "}"
