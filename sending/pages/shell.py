"""What every page of this room shares: its own rows, and the line about roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.current import user_may
from accounts.frame import workspace_of
from accounts.roles import roles_with

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict

    from accounts.roles import Capability

Row = TypeVar("Row", bound=Model)


def own(request: HttpRequest, model: type[Row], **lookup: Any) -> Row:
    """The row of the current workspace that ``lookup`` names. Raises `Http404`."""
    found = model._default_manager.filter(workspace=workspace_of(request), **lookup).first()
    if found is None:
        raise Http404
    return found


def rights(request: HttpRequest, capability: Capability) -> dict[str, Any]:
    """``may_edit``, and for those who may not, ``role_needed``: the line that says who may."""
    if user_may(request, capability):
        return {"may_edit": True, "role_needed": ""}
    sentence = _("You can read this page. To %(do)s, one needs the role %(roles)s.")
    told = {"do": capability.label, "roles": names_of_roles_with(capability)}
    return {"may_edit": False, "role_needed": sentence % told}


def names_of_roles_with(capability: Capability) -> str:
    """``Owner, Admin or Manager``."""
    names = [str(role.label) for role in roles_with(capability)]
    return names[0] if len(names) == 1 else _(" or ").join([", ".join(names[:-1]), names[-1]])


def posted(request: HttpRequest) -> QueryDict | None:
    """What to bind a form to: nothing unless the form was sent, even an empty one."""
    return request.POST if request.method == "POST" else None


def key(object_id: str) -> int:
    """The id in an address; one that no row has where it is none."""
    return int(object_id) if object_id.isdecimal() and len(object_id) < 19 else 0
