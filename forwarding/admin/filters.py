"""Filters of the list of calls; none of them asks the table of calls what there is to choose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin import SimpleListFilter
from django.utils.translation import gettext_lazy as _

from accounts import scope
from forwarding.words import SENTENCES
from sending.activity.filters import DayFilter
from sending.models import SenderNumber

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from forwarding.models import Call


class ReceivedFilter(DayFilter):
    moment = "received_at"


class ReasonFilter(SimpleListFilter):
    title = _("reason")
    parameter_name = "why"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(reason.value, sentence) for reason, sentence in SENTENCES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Call]) -> QuerySet[Call]:
        return queryset.filter(reason=self.value()) if self.value() else queryset


class CalledNumberFilter(SimpleListFilter):
    """The current workspace's numbers, for staff too. One that was released and came back has
    several rows and is one choice."""

    title = _("called number")
    parameter_name = "called_number"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = self._own(request).exclude(kind=SenderNumber.Kind.SHORT_CODE)
        numbers = rows.order_by("number").values_list("number", flat=True).distinct()
        return [(number, number) for number in numbers]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Call]) -> QuerySet[Call]:
        if not self.value():
            return queryset
        # Their ids rather than a join: calls are indexed by number and time.
        ids = self._own(request).filter(number=self.value()).values_list("pk", flat=True)
        return queryset.filter(sender_id__in=list(ids))

    def _own(self, request: HttpRequest) -> QuerySet[SenderNumber]:
        return scope.narrow(SenderNumber.objects.all(), scope.current_id(request))
