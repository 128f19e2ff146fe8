"""Which workspace a request is about, and whether the form that it sends is about the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.functional import SimpleLazyObject

from accounts.current import FORM_FIELD, current_membership, current_workspace
from accounts.errors import other_workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

# What concerns the person and no workspace: sent from any tab, whatever another tab switched to.
PERSONAL = {"switch_workspace", "set_language", "login", "logout", "password_change"}


class CurrentWorkspaceMiddleware:
    """Sets ``request.workspace`` and ``request.membership``; each may be empty (falsy)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.workspace = SimpleLazyObject(lambda: current_workspace(request))  # type: ignore[attr-defined]
        request.membership = SimpleLazyObject(lambda: current_membership(request))  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Refuse a form that was opened before another tab switched the workspace: it would make
        or change its row in the wrong one."""
        if request.method != "POST" or not request.user.is_authenticated:
            return None
        match = request.resolver_match
        if match is not None and match.url_name in PERSONAL:
            return None
        opened_in = request.POST.get(FORM_FIELD)
        current = current_workspace(request)
        if opened_in is None or (current is not None and opened_in == str(current.pk)):
            return None
        return other_workspace(request, opened_in)
