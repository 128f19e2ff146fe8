"""The countries a sender can be of, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Iterable

COUNTRIES = [
    ("US", _("United States")),
    ("CA", _("Canada")),
    ("GB", _("United Kingdom")),
    ("DE", _("Germany")),
    ("BR", _("Brazil")),
]


def country_name(code: str) -> str:
    """The name of an ISO 3166 code, or the code itself where it is none of `COUNTRIES`."""
    return str(dict(COUNTRIES).get(code, code))


def country_names(codes: Iterable[str]) -> str:
    """``Canada, United States``: names in the order of the alphabet."""
    return ", ".join(sorted(country_name(code) for code in codes))
