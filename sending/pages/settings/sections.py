"""Sections that rooms above add below the sender numbers; this room knows none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    # Draws the section for whoever asks, by their rights.
    Section = Callable[[HttpRequest], SafeString]

_SECTIONS: list[Section] = []


def add(section: Section) -> None:
    """Show ``section`` from now on; a second time changes nothing."""
    if section not in _SECTIONS:
        _SECTIONS.append(section)


def shown(request: HttpRequest) -> list[SafeString]:
    """Every section, in the order in which they were added."""
    return [section(request) for section in _SECTIONS]
