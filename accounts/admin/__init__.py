from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import Group

from accounts.admin.journal import JournalEntryAdmin
from accounts.admin.membership import MembershipAdmin
from accounts.admin.user import UserAdmin
from accounts.admin.workspace import WorkspaceAdmin

# Roles are Tollgate's own; Django's groups and their permissions decide nothing here.
admin.site.unregister(Group)

__all__ = ["JournalEntryAdmin", "MembershipAdmin", "UserAdmin", "WorkspaceAdmin"]
