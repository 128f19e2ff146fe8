"""Permissions of admin classes, from roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Model

from accounts import scope
from accounts.current import user_may
from accounts.roles import Capability

if TYPE_CHECKING:
    from django.http import HttpRequest


class Capabilities:
    """Permissions from roles. ``obj`` may be a row, its id (Unfold's actions), or None."""

    model: type[Model]
    view_capability: ClassVar[Capability | None] = Capability.READ
    add_capability: ClassVar[Capability | None] = None
    change_capability: ClassVar[Capability | None] = None
    delete_capability: ClassVar[Capability | None] = None

    def may(self, request: HttpRequest, capability: Capability | None, obj: Any = None) -> bool:
        """Whether the user has ``capability``, for the row ``obj`` where one is given."""
        if capability is None or not user_may(request, capability):
            return False
        if obj is None:
            return True
        if not isinstance(obj, Model):
            rows = scope.visible(request, self.model._default_manager.all())
            obj = rows.filter(pk=obj).first()
            if obj is None:
                return False
        if obj.pk is None or scope.workspace_path(type(obj)) is scope.SHARED:
            return True
        return scope.reaches(request, capability, scope.workspace_id_of(obj))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, self.view_capability, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, self.add_capability, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, self.change_capability, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, self.delete_capability, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may(request, self.view_capability)
