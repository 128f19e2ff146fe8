"""Which rows belong to which workspace: the one answer that lists, forms and exports share.

A model is reached by its path to the workspace: ``"workspace"``, or ``"contact__workspace"``. Rows
without a workspace, such as laws, are declared shared. An undeclared model refuses to be shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db.models import Model, QuerySet

from accounts.current import current_workspace
from accounts.models import User, Workspace
from accounts.platform import is_platform_staff
from accounts.roles import Capability

if TYPE_CHECKING:
    from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)

SHARED = None
_PATHS: dict[str, str | None] = {
    Workspace._meta.label: "pk",
    User._meta.label: "memberships__workspace",
    "auth.Group": SHARED,
    "auth.Permission": SHARED,
    "contenttypes.ContentType": SHARED,
}


def declare(model: type[Model], path: str | None) -> None:
    """Say how ``model`` reaches its workspace; `SHARED` for rows of no workspace."""
    _PATHS[model._meta.label] = path


def workspace_path(model: type[Model]) -> str | None:
    """The look-up from ``model`` to its workspace, or `SHARED`.

    Raises `ImproperlyConfigured` for a model that nobody declared and that has no field
    ``workspace``: what is unknown is not shown.
    """
    label = model._meta.label
    if label in _PATHS:
        return _PATHS[label]
    try:
        related = model._meta.get_field("workspace").related_model
    except FieldDoesNotExist:
        related = None
    if related is not Workspace:
        raise ImproperlyConfigured(
            f"{label} has no field 'workspace'; call accounts.scope.declare({label}, path)."
        )
    return "workspace"


def narrow(queryset: QuerySet[Row], workspace_id: object) -> QuerySet[Row]:
    """The rows of one workspace; none when there is no workspace."""
    path = workspace_path(queryset.model)
    if path is SHARED:
        return queryset
    return queryset.filter(**{path: workspace_id}) if workspace_id else queryset.none()


def current_id(request: HttpRequest) -> object:
    workspace = current_workspace(request)
    return workspace.pk if workspace else None


def sees_all(request: HttpRequest) -> bool:
    return is_platform_staff(request.user)


def changes_all(request: HttpRequest) -> bool:
    return bool(request.user.is_active and getattr(request.user, "is_superuser", False))


def visible(request: HttpRequest, queryset: QuerySet[Row]) -> QuerySet[Row]:
    """What may be read: every workspace for platform staff, else the current one."""
    return queryset if sees_all(request) else narrow(queryset, current_id(request))


def writable(request: HttpRequest, queryset: QuerySet[Row]) -> QuerySet[Row]:
    """What may be changed: every workspace for superusers, else the current one."""
    return queryset if changes_all(request) else narrow(queryset, current_id(request))


def reaches(request: HttpRequest, capability: Capability, workspace_id: object) -> bool:
    """Whether a capability of the current workspace may be used on a row of ``workspace_id``."""
    everywhere = sees_all if capability == Capability.READ else changes_all
    return everywhere(request) or workspace_id == current_id(request)


def workspace_id_of(row: Model) -> Any:
    """The id of the workspace that ``row`` belongs to; None for shared rows and for users."""
    path = workspace_path(type(row))
    if path is SHARED or isinstance(row, User):
        return None
    if path == "pk":
        return row.pk
    *steps, last = path.split("__")
    for step in steps:
        row = getattr(row, step)
    return getattr(row, f"{last}_id")


def belongs(row: Model, workspace_id: Any) -> bool:
    """Whether ``row`` may be referred to from rows of the workspace."""
    if workspace_path(type(row)) is SHARED:
        return True
    if isinstance(row, User):
        return row.memberships.filter(workspace_id=workspace_id).exists()
    return bool(workspace_id_of(row) == workspace_id)
