"""The base of every admin class: nothing of another workspace is shown, offered or changed.

    @admin.register(Purpose)
    class PurposeAdmin(WorkspaceModelAdmin):
        add_capability = change_capability = Capability.CONSENT

Capabilities name who may do what (`accounts.roles`); None means nobody. Members work in the current
workspace; platform staff read every workspace, and only superusers write beyond the current one.
A page of its own goes into ``get_urls`` as

    self.page("<int:object_id>/pause/", self.pause, "pause", Capability.CAMPAIGNS)

and gets its row by ``self.fetch(request, Capability.CAMPAIGNS, pk=object_id)``. A page outside
an admin class is guarded by ``@requires(Capability.READ)`` and asks ``fetch`` for its rows.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from accounts import scope
from accounts.capabilities import Capabilities
from accounts.choosers import Choosers
from accounts.filters import narrowed
from accounts.forms import WorkspaceForm
from accounts.guard import RoleNeeded, fetch, requires
from accounts.roles import Capability

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.admin import AdminSite

__all__ = [
    "PlatformModelAdmin",
    "WorkspaceModelAdmin",
    "WorkspaceStackedInline",
    "WorkspaceTabularInline",
    "fetch",
    "requires",
]


class WorkspaceModelAdmin(Capabilities, Choosers, ModelAdmin):
    """An admin class whose rows belong to a workspace by ``workspace_lookup``."""

    form = WorkspaceForm
    workspace_lookup: ClassVar[str | None] = "workspace"
    view_on_site = False
    show_full_result_count = False

    def __init__(self, model: type[Model], admin_site: AdminSite) -> None:
        scope.declare(model, self.workspace_lookup)
        super().__init__(model, admin_site)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What may be read; for a POST of a list, what may be changed."""
        rows: QuerySet[Any] = super().get_queryset(request)
        narrow = scope.writable if request.method not in ("GET", "HEAD") else scope.visible
        return narrow(request, rows)

    # --- lists -------------------------------------------------------------------------------
    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """The filters, narrowed; and the workspace, for those who see them all."""
        filters = [narrowed(each, self.model) for each in super().get_list_filter(request)]
        if scope.sees_all(request) and self.workspace_lookup not in (None, "pk"):
            filters.append(narrowed(self.workspace_lookup, self.model))
        return filters

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = list(super().get_list_display(request))
        if scope.sees_all(request) and self.workspace_lookup == "workspace":
            columns += [] if "workspace" in columns else ["workspace"]
        return columns

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Without a search or filter the number found is the number there is; no second count."""
        changelist = super().get_changelist_instance(request)
        if not changelist.query and not changelist.has_active_filters:
            changelist.full_result_count = changelist.result_count
        return changelist

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("form", WorkspaceForm)
        form = super().get_changelist_form(request, **kwargs)
        form.workspace_id = scope.current_id(request)
        return form

    # --- forms -------------------------------------------------------------------------------
    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        edited = self.edit(request, obj)
        form = super().get_form(request, obj, *args, **kwargs)
        form.workspace_id = edited
        return form

    # --- pages -------------------------------------------------------------------------------
    def page(
        self, route: str, view: Callable[..., Any], name: str, capability: Capability
    ) -> URLPattern:
        """A page of this admin class, ``admin:<app>_<model>_<name>``, guarded by ``capability``."""
        return self._pattern(route, self.admin_site.admin_view(requires(capability)(view)), name)

    def _pattern(self, route: str, guarded: Any, name: str) -> URLPattern:
        guarded.model_admin = self
        meta = self.model._meta
        pattern: URLPattern = path(
            route, guarded, name=f"{meta.app_label}_{meta.model_name}_{name}"
        )
        return pattern

    def fetch(
        self, request: HttpRequest, capability: Capability = Capability.READ, **lookup: Any
    ) -> Any:
        """One row of this model, or 404; see `accounts.guard.fetch`."""
        return fetch(request, super().get_queryset(request), capability, **lookup)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _naming(self.view_capability, super().changelist_view, request, *args, **kwargs)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        writes = self.change_capability if object_id else self.add_capability
        capability = self.view_capability if object_id and request.method == "GET" else writes
        return _naming(capability, super().changeform_view, request, object_id, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _naming(self.delete_capability, super().delete_view, request, *args, **kwargs)

    def history_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _naming(self.view_capability, super().history_view, request, *args, **kwargs)


class PlatformModelAdmin(WorkspaceModelAdmin):
    """Rows of the platform: read by its staff, changed by superusers, hidden from members."""

    workspace_lookup: ClassVar[str | None] = scope.SHARED
    may_add = may_change = may_delete = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return scope.sees_all(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_add and scope.changes_all(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_change and scope.changes_all(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_delete and scope.changes_all(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return scope.sees_all(request)

    def platform_page(self, route: str, view: Callable[..., Any], name: str) -> URLPattern:
        """A page of this admin class for superusers, whatever workspace they work in."""

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not scope.changes_all(request):
                raise PermissionDenied
            answer: HttpResponse = view(request, *args, **kwargs)
            return answer

        guarded.guarded_by = "superusers"  # type: ignore[attr-defined]
        return self._pattern(route, self.admin_site.admin_view(guarded), name)


class _WorkspaceInline(Capabilities, Choosers):
    """An inline table; a capability that it does not name is its parent's, so name them."""

    form = WorkspaceForm
    workspace_lookup: ClassVar[str | None] = "workspace"
    view_on_site = False

    def __init__(self, parent_model: type[Model], admin_site: AdminSite) -> None:
        super().__init__(parent_model, admin_site)  # type: ignore[call-arg]
        scope.declare(self.model, self.workspace_lookup)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return scope.visible(request, super().get_queryset(request))  # type: ignore[misc]

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        edited = self.edit(request, obj)
        formset = super().get_formset(request, obj, **kwargs)  # type: ignore[misc]
        formset.form.workspace_id = edited
        return formset


class WorkspaceTabularInline(_WorkspaceInline, TabularInline):
    pass


class WorkspaceStackedInline(_WorkspaceInline, StackedInline):
    pass


def _naming(
    capability: Capability | None, view: Callable[..., HttpResponse], *args: Any, **kwargs: Any
) -> HttpResponse:
    """Answer as ``view``; where it refuses, say for want of which capability."""
    try:
        return view(*args, **kwargs)
    except RoleNeeded:
        raise
    except PermissionDenied as refusal:
        if capability is None:
            raise
        raise RoleNeeded(capability) from refusal
