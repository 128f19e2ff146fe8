from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _


class Purpose(models.Model):
    """What consent is for, such as "Weekly offers". Consent to one purpose is for it alone."""

    workspace = models.ForeignKey(
        "accounts.Workspace", models.PROTECT, related_name="purposes", verbose_name=_("workspace")
    )
    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), blank=True)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("purpose")
        verbose_name_plural = _("purposes")
        ordering = ["workspace", "name"]
        constraints = [
            models.UniqueConstraint(
                "workspace",
                Lower("name"),
                name="one_purpose_per_workspace_and_name",
                violation_error_message=_("There is already a purpose with this name."),
            )
        ]
        triggers = [
            pgtrigger.Protect(name="purpose_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="purpose_keeps_its_workspace",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("workspace_id"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(old__workspace__df=pgtrigger.F("new__workspace")),
                func="RAISE EXCEPTION 'a purpose keeps its workspace';",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Wording(models.Model):
    """The text that someone saw or heard before they said yes. A change is a new version."""

    workspace = models.ForeignKey(
        "accounts.Workspace", models.PROTECT, related_name="wordings", verbose_name=_("workspace")
    )
    code = models.SlugField(
        _("id"), max_length=60, help_text=_("Import files name it in their wording column.")
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    text = models.TextField(_("text"))
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("wording")
        verbose_name_plural = _("wordings")
        ordering = ["workspace", "code", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "code", "version"], name="one_wording_per_code_and_version"
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="wording_never_changes", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"
