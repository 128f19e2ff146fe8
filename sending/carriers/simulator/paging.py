"""Lists in Twilio's pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

MOST_PER_PAGE = 1000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Paging:
    """Page ``number`` (from 0) of ``size``; ``filters`` is the rest of the query."""

    number: int
    size: int
    filters: dict[str, str]

    @classmethod
    def of(cls, query: dict[str, str]) -> Self:
        """Raises `ValueError` for a page that is no number."""
        filters = dict(query)
        number = max(int(filters.pop("Page", "0")), 0)
        size = min(max(int(filters.pop("PageSize", "50")), 1), MOST_PER_PAGE)
        filters.pop("PageToken", None)
        return cls(number, size, filters)

    def page(
        self, found: Sequence[T], *, path: str, name: str, resource: Callable[[T], dict[str, Any]]
    ) -> dict[str, Any]:
        """This page of ``found`` under ``name``, with the addresses of its neighbours."""

        def address(number: int) -> str:
            query = {**self.filters, "PageSize": str(self.size), "Page": str(number)}
            return f"{path}?{urlencode(query)}"

        number, start = self.number, self.number * self.size
        shown = found[start : start + self.size]
        return {
            "first_page_uri": address(0),
            "next_page_uri": address(number + 1) if start + self.size < len(found) else None,
            "previous_page_uri": address(number - 1) if number else None,
            "uri": address(number),
            "page": number,
            "page_size": self.size,
            "start": start,
            "end": start + max(len(shown) - 1, 0),
            name: [resource(one) for one in shown],
        }
