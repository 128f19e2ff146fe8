"""Pages of a list too long to count: counting stops at ten thousand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.utils.functional import cached_property

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sending.models import Message

    _Paginator = Paginator[Message]
else:
    _Paginator = Paginator

MOST_COUNTED = 10_000


class CappedPaginator(_Paginator):
    """Counts rows up to `MOST_COUNTED`; what lies behind is reached by a filter or the export."""

    object_list: QuerySet[Message]

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
