"""The one admin site: the shell for platform staff and members alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unfold.sites import UnfoldAdminSite

from accounts.current import workspaces_of

if TYPE_CHECKING:
    from django.http import HttpRequest


class TollgateAdminSite(UnfoldAdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        """Platform staff, and whoever is a member of some workspace."""
        user = request.user
        return bool(user.is_active) and (
            bool(getattr(user, "is_staff", False)) or workspaces_of(user).exists()
        )
