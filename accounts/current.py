"""The workspace that a request works in: the one chosen in the switcher, if still allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import Membership, User, Workspace
from accounts.platform import is_platform_staff
from accounts.roles import Capability

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

SESSION_KEY = "workspace"
# The hidden field of every form: the workspace that the form was opened in.
FORM_FIELD = "_workspace"


def workspaces_of(user: object) -> QuerySet[Workspace]:
    """The workspaces that ``user`` may see: all for platform staff, else those of memberships."""
    if not isinstance(user, User) or not user.is_active:
        return Workspace.objects.none()
    if is_platform_staff(user):
        return Workspace.objects.all()
    return Workspace.objects.filter(memberships__user=user)


def current_workspace(request: HttpRequest) -> Workspace | None:
    """The chosen workspace, else the first by name; None for someone who has none."""
    if not hasattr(request, "_current_workspace"):
        allowed = workspaces_of(request.user)
        chosen = request.session.get(SESSION_KEY) if hasattr(request, "session") else None
        found = allowed.filter(pk=chosen).first() if chosen else None
        request._current_workspace = found or allowed.order_by("name", "pk").first()  # type: ignore[attr-defined]
    return request._current_workspace  # type: ignore[attr-defined,no-any-return]


def current_membership(request: HttpRequest) -> Membership | None:
    if not hasattr(request, "_current_membership"):
        workspace = current_workspace(request)
        found = None
        if workspace is not None and isinstance(request.user, User):
            found = Membership.objects.filter(workspace=workspace, user=request.user).first()
        request._current_membership = found  # type: ignore[attr-defined]
    return request._current_membership  # type: ignore[attr-defined,no-any-return]


def user_may(request: HttpRequest, capability: Capability) -> bool:
    """Whether the logged-in user has ``capability`` in the current workspace.

    Superusers have every capability. Other platform staff read every workspace and change none,
    unless they are members of it.
    """
    user = request.user
    if not isinstance(user, User) or not user.is_active or current_workspace(request) is None:
        return False
    if user.is_superuser:
        return True
    membership = current_membership(request)
    if membership is not None and membership.may(capability):
        return True
    return capability == Capability.READ and is_platform_staff(user)
