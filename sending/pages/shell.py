"""What every page of this room shares: the admin's shell, the workspace, the line about roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin
from django.db.models import Model
from django.http import Http404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.current import current_workspace, user_may
from accounts.roles import roles_with

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict

    from accounts.models import User, Workspace
    from accounts.roles import Capability

Row = TypeVar("Row", bound=Model)


def page(
    request: HttpRequest, template: str, title: str, context: dict[str, Any], status: int = 200
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


def own(request: HttpRequest, model: type[Row], **lookup: Any) -> Row:
    """The row of the current workspace that ``lookup`` names. Raises `Http404`."""
    found = model._default_manager.filter(workspace=workspace_of(request), **lookup).first()
    if found is None:
        raise Http404
    return found


def actor(request: HttpRequest) -> User:
    """The logged-in user; behind `accounts.guard.requires` there is one."""
    return request.user  # type: ignore[return-value]


def rights(request: HttpRequest, capability: Capability) -> dict[str, Any]:
    """``may_edit``, and for those who may not, ``role_needed``: the line that says who may."""
    if user_may(request, capability):
        return {"may_edit": True, "role_needed": ""}
    names = [str(role.label) for role in roles_with(capability)]
    who = names[0] if len(names) == 1 else _(" or ").join([", ".join(names[:-1]), names[-1]])
    sentence = _("You can read this page. To %(do)s, one needs the role %(roles)s.")
    return {
        "may_edit": False,
        "role_needed": sentence % {"do": capability.label, "roles": who},
    }


def posted(request: HttpRequest) -> QueryDict | None:
    """What to bind a form to: nothing unless the form was sent, even an empty one."""
    return request.POST if request.method == "POST" else None
