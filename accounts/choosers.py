"""Choosers of admin forms: they offer rows of the edited row's workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Model, QuerySet
from unfold.widgets import UnfoldForeignKeyRawIdWidget

from accounts import scope
from accounts.forms import WorkspaceForm

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpRequest


class OwnRawIdWidget(UnfoldForeignKeyRawIdWidget):
    """A raw-id box that names only rows of the chooser's queryset."""

    queryset: QuerySet[Model] | None = None

    def label_and_url_for_value(self, value: Any) -> tuple[str, str]:
        key = self.rel.get_related_field().name
        try:
            if self.queryset is None or not self.queryset.filter(**{key: value}).exists():
                return "", ""
        except (TypeError, ValueError):
            return "", ""
        label, url = super().label_and_url_for_value(value)
        return str(label), str(url)


class Choosers:
    """Choosers that offer rows of the edited row's workspace."""

    form: type[forms.ModelForm[Any]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not issubclass(cls.form, WorkspaceForm):
            cls.form = type(cls.form.__name__, (WorkspaceForm, cls.form), {})

    def edit(self, request: HttpRequest, obj: Model | None) -> Any:
        """Remember the workspace whose rows a form may refer to, and return its id."""
        found = scope.workspace_id_of(obj) if obj is not None and obj.pk is not None else None
        request.edited_workspace_id = found or scope.current_id(request)  # type: ignore[attr-defined]
        return request.edited_workspace_id  # type: ignore[attr-defined]

    def choices(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        edited = getattr(request, "edited_workspace_id", None) or scope.current_id(request)
        return scope.narrow(rows, edited)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        return self._narrow(field, request)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]
        return self._narrow(field, request)

    def _narrow(self, field: Any, request: HttpRequest) -> Any:
        if field is None:
            return None
        field.queryset = self.choices(request, field.queryset)
        if isinstance(field.widget, UnfoldForeignKeyRawIdWidget):
            field.widget.__class__ = OwnRawIdWidget
            field.widget.queryset = field.queryset
        return field

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        exclude = super().get_exclude(request, obj)  # type: ignore[misc]
        model = self.model  # type: ignore[attr-defined]
        if scope.workspace_path(model) == "workspace":
            return [*(exclude or []), "workspace"]
        return exclude

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> Any:
        rows = super().get_field_queryset(db, db_field, request)  # type: ignore[misc]
        if rows is None:
            rows = db_field.remote_field.model._default_manager.using(db)
        return self.choices(request, rows)
