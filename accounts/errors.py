"""The pages for 403 and 404, in the shell for those who may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.shortcuts import render

from accounts.current import current_membership, current_workspace, workspaces_of
from accounts.guard import RoleNeeded
from accounts.roles import roles_with

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, naming the roles that may, when it was for want of a role."""
    context: dict[str, Any] = {}
    if isinstance(exception, RoleNeeded):
        membership = current_membership(request)
        context = {
            "capability": exception.capability.label,
            "roles": [role.label for role in roles_with(exception.capability)],
            "own_role": membership.get_role_display() if membership else "",
            "workspace": current_workspace(request),
        }
    return _page(request, 403, context)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404; the same for what never was and for what is another workspace's."""
    return _page(request, 404, {})


def other_workspace(request: HttpRequest, opened_in: str) -> HttpResponse:
    """409: the form was opened in another workspace than the one worked in now."""
    found = workspaces_of(request.user).filter(pk=opened_in) if opened_in.isdecimal() else None
    return _page(request, 409, {"opened_in": found.first() if found is not None else None})


def _page(request: HttpRequest, status: int, context: dict[str, Any]) -> HttpResponse:
    inside = hasattr(request, "user") and admin.site.has_permission(request)
    if inside:
        context = {**admin.site.each_context(request), **context}
    context["shell"] = "admin/base_site.html" if inside else "accounts/bare.html"
    return render(request, f"accounts/{status}.html", context, status=status)
