"""Pages of the shell itself: the switcher, and the table of roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.current import SESSION_KEY, current_workspace, workspaces_of
from accounts.guard import requires
from accounts.roles import ALLOWED, Capability, Role

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_POST
@requires(Capability.READ)
def switch_workspace(request: HttpRequest) -> HttpResponse:
    """Work in another workspace from now on. Always lands on the dashboard: the page one was on
    belongs to the workspace one leaves."""
    chosen = request.POST.get("workspace", "")
    found = workspaces_of(request.user).filter(pk=chosen).first() if chosen.isdecimal() else None
    if found is None:
        messages.error(request, _("You are not a member of that workspace."))
    else:
        request.session[SESSION_KEY] = found.pk
        messages.success(request, _("You now work in %(name)s.") % {"name": found.name})
    return HttpResponseRedirect(reverse("admin:index"))


@require_safe
@requires(Capability.READ)
def roles(request: HttpRequest) -> HttpResponse:
    """Who may do what: the table that every page asks, as it is."""
    from accounts.current import current_membership

    membership = current_membership(request)
    context = {
        **admin.site.each_context(request),
        "title": _("Who may do what"),
        "roles": list(Role),
        "own_role": membership.role if membership else None,
        "workspace": current_workspace(request),
        "table": [
            (capability.label, [role in ALLOWED[capability] for role in Role])
            for capability in Capability
        ],
    }
    return TemplateResponse(request, "accounts/roles.html", context)
