from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability, Role, may


class Workspace(models.Model):
    """One brand. Nothing crosses workspaces."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="accounts.Membership", related_name="workspaces"
    )

    class Meta:
        verbose_name = _("workspace")
        verbose_name_plural = _("workspaces")
        ordering = ["name"]
        triggers = [
            # Checked at commit, so that creation and handing over may pass through another state.
            pgtrigger.Trigger(
                name="workspace_has_an_owner",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func="""
                    IF EXISTS (SELECT 1 FROM accounts_workspace WHERE id = NEW.id)
                       AND NOT EXISTS (SELECT 1 FROM accounts_membership
                                       WHERE workspace_id = NEW.id AND role = 'owner') THEN
                        RAISE EXCEPTION 'workspace % has no owner', NEW.id
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Membership(models.Model):
    """A user's role in a workspace. The database holds that each has exactly one owner."""

    workspace = models.ForeignKey(
        Workspace, models.CASCADE, related_name="memberships", verbose_name=_("workspace")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="memberships",
        verbose_name=_("user"),
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    created_at = models.DateTimeField(_("member since"), auto_now_add=True)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["workspace", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "user"],
                name="one_membership_per_workspace_and_user",
                violation_error_message=_("This person is already a member of the workspace."),
            ),
            # A hand-over first takes the role from one member, then gives it to the other.
            models.UniqueConstraint(
                fields=["workspace"],
                condition=models.Q(role=Role.OWNER),
                name="at_most_one_owner_per_workspace",
                violation_error_message=_(
                    "The workspace has an owner; hand over ownership instead."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="membership_role_is_known"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="workspace_keeps_its_owner",
                when=pgtrigger.After,
                operation=pgtrigger.Update | pgtrigger.Delete,
                timing=pgtrigger.Deferred,
                func="""
                    IF EXISTS (SELECT 1 FROM accounts_workspace WHERE id = OLD.workspace_id)
                       AND NOT EXISTS (SELECT 1 FROM accounts_membership
                                       WHERE workspace_id = OLD.workspace_id
                                         AND role = 'owner') THEN
                        RAISE EXCEPTION 'workspace % has no owner', OLD.workspace_id
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"

    def may(self, capability: Capability) -> bool:
        return may(self.role, capability)
