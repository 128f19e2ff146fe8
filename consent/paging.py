"""Pages of lists that may hold a million rows: counting stops at ten thousand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

if TYPE_CHECKING:
    from django.db.models import QuerySet

    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator

MOST_COUNTED = 10_000


class CappedPaginator(_Paginator):
    """Counts rows up to `MOST_COUNTED`; what lies behind is reached by searching or a filter."""

    object_list: QuerySet[Any]

    @cached_property
    def counted(self) -> int:
        # A LIMIT within the count: PostgreSQL stops there.
        return self.object_list[: MOST_COUNTED + 1].count()

    @property
    def capped(self) -> bool:
        return self.counted > MOST_COUNTED

    @cached_property
    def count(self) -> int:
        return min(self.counted, MOST_COUNTED)
