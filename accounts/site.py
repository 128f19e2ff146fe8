"""The one admin site: the shell for platform staff and members alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin import AdminSite
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from accounts.current import current_workspace, workspaces_of
from accounts.login import LoginForm
from accounts.navigation import settings_url, sidebar
from accounts.platform import is_platform_staff

if TYPE_CHECKING:
    from django.http import HttpRequest

# What the switcher lists; beyond it staff go to the list of workspaces.
SWITCHER_ROWS = 30


class TollgateAdminSite(UnfoldAdminSite):
    login_form = LoginForm
    index_title = _("Dashboard")
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Platform staff, and whoever is a member of some workspace."""
        user = request.user
        return is_platform_staff(user) or (
            bool(user.is_active) and current_workspace(request) is not None
        )

    def get_urls(self) -> list[URLPattern]:
        """Django's, without the one that redirects to any row of any model unchecked."""
        return [url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"]

    def extra_urls(self) -> list[URLPattern]:
        from accounts import pages, passwords

        return [
            path("workspace/", self.admin_view(pages.switch_workspace), name="switch_workspace"),
            path("roles/", self.admin_view(pages.roles), name="roles"),
            *passwords.urls(),
        ]

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        groups = sidebar(request)
        for group in groups:
            group["items"] = self._get_navigation_items(request, group["items"], [])
        return groups

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().each_context(request)
        if self.has_permission(request):
            rows = workspaces_of(request.user).order_by("name", "pk")[: SWITCHER_ROWS + 1]
            context["current_workspace"] = current_workspace(request)
            context["switchable_workspaces"] = list(rows)[:SWITCHER_ROWS]
            context["more_workspaces"] = len(rows) > SWITCHER_ROWS
            context["settings_url"] = settings_url(request)
        context["site_url"] = None
        return context

    def search(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Find pages by name. Unfold's own keeps answers per user, across workspaces."""
        term = request.GET.get("s", "").strip().lower()
        if not term:
            return HttpResponse()
        results = self._search_apps(AdminSite.get_app_list(self, request), term)
        results.sort(key=lambda found: found.title)
        extended = "extended" in request.GET
        return TemplateResponse(
            request,
            f"unfold/helpers/{'command' if extended else 'search'}_results.html",
            {"results": results, "page_obj": Paginator(results, 100), "page_counter": 0},
            headers={"HX-Trigger": "search"},
        )
