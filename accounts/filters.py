"""Sidebar filters that offer rows of the reader's own workspace only.

Django fills them from the default manager, which knows nothing of workspaces.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.contrib.admin import (
    AllValuesFieldListFilter,
    FieldListFilter,
    ListFilter,
    RelatedFieldListFilter,
    RelatedOnlyFieldListFilter,
)
from django.contrib.admin.options import ModelAdmin
from django.contrib.admin.utils import get_fields_from_path
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Field, Model
from unfold.contrib.filters.admin import RelatedDropdownFilter

from accounts.scope import visible

if TYPE_CHECKING:
    from django.http import HttpRequest

    Related = RelatedFieldListFilter
    Values = AllValuesFieldListFilter
else:
    Related = Values = object


class OwnRows(Related):
    """Mixed into a filter by relation: offers what the reader may see."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: ModelAdmin[Any]
    ) -> list[tuple[Any, Any]]:
        rows = visible(request, field.remote_field.model._default_manager.all())
        ordering = self.field_admin_ordering(field, request, model_admin)
        if ordering:
            rows = rows.order_by(*ordering)
        return [(row.pk, str(row)) for row in rows]


class OwnValues(Values):
    """Mixed into a filter by value: offers the values of the rows that the reader may see."""

    def __init__(
        self,
        field: Any,
        request: HttpRequest,
        params: Any,
        model: Any,
        model_admin: Any,
        field_path: str,
    ) -> None:
        super().__init__(field, request, params, model, model_admin, field_path)
        rows = model_admin.get_queryset(request).order_by(field_path)
        self.lookup_choices = rows.distinct().values_list(field_path, flat=True)


@lru_cache(maxsize=256)
def own(filter_class: type[ListFilter]) -> type[ListFilter]:
    """``filter_class`` narrowed to the reader's workspace."""
    if issubclass(filter_class, RelatedFieldListFilter):
        if filter_class is RelatedFieldListFilter or filter_class is RelatedOnlyFieldListFilter:
            filter_class = RelatedDropdownFilter
        return type(f"Own{filter_class.__name__}", (OwnRows, filter_class), {})
    if issubclass(filter_class, AllValuesFieldListFilter):
        return type(f"Own{filter_class.__name__}", (OwnValues, filter_class), {})
    return filter_class


def narrowed(entry: Any, model: type[Model]) -> Any:
    """One entry of ``list_filter``, narrowed. Filters without a field must narrow themselves."""
    if isinstance(entry, (list, tuple)):
        path, filter_class = entry
        return path, own(filter_class)
    if not isinstance(entry, str):
        return entry
    field = get_fields_from_path(model, entry)[-1]
    return entry, own(_default_filter(field))  # type: ignore[arg-type]


def _default_filter(field: Field[Any, Any]) -> type[FieldListFilter]:
    for test, filter_class in FieldListFilter._field_list_filters:  # type: ignore[attr-defined]
        if test(field):
            return filter_class  # type: ignore[no-any-return]
    raise ImproperlyConfigured(f"No filter for {field}.")
