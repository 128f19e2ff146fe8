from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _


@pghistory.track(fields=["name", "description"], model_name="PurposeEvent")
class Purpose(models.Model):
    """What consent is for, such as "Weekly offers". Consent to one purpose is for it alone.

    Once someone has consented the name stays: another one would say of them what they did not say.
    """

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
            # Whoever records consent holds the purpose FOR KEY SHARE (see ConsentState), so the
            # stronger lock waits for them, and the next statement sees what they recorded.
            pgtrigger.Trigger(
                name="purpose_with_records_keeps_its_name",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("name"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(old__name__df=pgtrigger.F("new__name")),
                func="""
                    PERFORM 1 FROM consent_purpose WHERE id = NEW.id FOR UPDATE;
                    IF EXISTS (SELECT 1 FROM consent_consentstate WHERE purpose_id = NEW.id) THEN
                        RAISE EXCEPTION 'a purpose that someone consented to keeps its name'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
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
