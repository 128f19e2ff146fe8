"""The section *Call forwarding* below the sender numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.frame import workspace_of
from accounts.roles import Capability
from forwarding.pages.lines import lines
from sending.pages import shell

if TYPE_CHECKING:
    from django.http import HttpRequest

EDITING = Capability.CALL_FORWARDING


def section(request: HttpRequest) -> SafeString:
    """The whole section, with the dialog that its buttons open."""
    return render_to_string("forwarding/section.html", context(request), request)


def rows(request: HttpRequest) -> SafeString:
    """What of the section changes when somebody saves."""
    return render_to_string("forwarding/_rows.html", context(request), request)


def context(request: HttpRequest) -> dict[str, Any]:
    return {
        "lines": lines(workspace_of(request)),
        "may_forward": (rights := shell.rights(request, EDITING))["may_edit"],
        "forwarding_role_needed": rights["role_needed"],
    }
