"""What every page stands in: the admin's shell, the workspace and the person at work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import Http404
from django.template.response import TemplateResponse

from accounts.current import current_workspace
from accounts.models import User, Workspace

if TYPE_CHECKING:
    from django.http import HttpRequest


def show(
    request: HttpRequest, template: str, title: object, context: dict[str, Any], status: int = 200
) -> TemplateResponse:
    """``template`` within the admin's shell."""
    request.current_app = admin.site.name
    return TemplateResponse(
        request,
        template,
        {**admin.site.each_context(request), "title": title, **context},
        status=status,
    )


def workspace_of(request: HttpRequest) -> Workspace:
    """The current workspace. Raises `Http404` for staff of an installation that has none."""
    workspace = current_workspace(request)
    if workspace is None:
        raise Http404
    return workspace


def actor_of(request: HttpRequest) -> User:
    """The logged-in user; behind `accounts.guard.requires` there is one."""
    assert isinstance(request.user, User)
    return request.user
