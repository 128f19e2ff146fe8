"""Filters of the activity list; none of them asks the message table what there is to choose."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.admin import SimpleListFilter
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consent.numbering import area_codes
from sending.carriers import errors
from sending.gate.codes import Code

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from sending.models import Message


class ReasonFilter(SimpleListFilter):
    title = _("reason")
    parameter_name = "why"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        codes = [choice for choice in Code.choices if choice[0] != Code.ALLOWED]
        return [*codes, ("carrier", _("The carrier refused it or could not deliver it."))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        chosen = self.value()
        if chosen == "carrier":
            return queryset.filter(status__in=["failed", "undelivered"])
        return queryset.filter(reason=chosen) if chosen in Code.values else queryset


class CarrierErrorFilter(SimpleListFilter):
    """Reached by the links of the list; offers the one chosen."""

    title = _("carrier error")
    parameter_name = "error"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        chosen = request.GET.get(self.parameter_name, "")
        return [(chosen, errors.describe(chosen))] if chosen else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        return queryset.filter(error_code=self.value()) if self.value() else queryset


class StateFilter(SimpleListFilter):
    title = _("state of the recipient")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        states = sorted({code.state for code in area_codes().values() if code.state})
        return [(state, state) for state in states]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        return queryset.filter(contact__state=self.value()) if self.value() else queryset


class DayFilter(SimpleListFilter):
    """By the day of ``moment``, in UTC; an address may name any day as ``2026-11-22``.

    A subclass for another list names its own field.
    """

    title = _("day (UTC)")
    parameter_name = "day"
    moment = "created_at"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        found = [
            ("today", _("Today")),
            ("yesterday", _("Yesterday")),
            ("week", _("Last 7 days")),
            ("month", _("Last 30 days")),
        ]
        chosen = _day(request.GET.get(self.parameter_name, ""))
        return [*found, (chosen.isoformat(), chosen.isoformat())] if chosen else found

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        today = timezone.localdate()
        first, last = {
            "today": (today, today),
            "yesterday": (today - timedelta(days=1),) * 2,
            "week": (today - timedelta(days=6), today),
            "month": (today - timedelta(days=29), today),
        }.get(self.value() or "", (_day(self.value() or ""),) * 2)
        if first is None or last is None:
            return queryset
        return queryset.filter(
            (f"{self.moment}__gte", _midnight(first)),
            (f"{self.moment}__lt", _midnight(last + timedelta(days=1))),
        )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
