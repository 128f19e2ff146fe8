from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Contact(models.Model):
    """One number of one workspace. Its row is the lock that orders everything about the number.

    Opt-in, import, opt-out and gate each lock the row (`consent.locks`), many at once in number
    order. A contact is never deleted: its records are proof.
    """

    workspace = models.ForeignKey(
        "accounts.Workspace",
        models.PROTECT,
        related_name="contacts",
        db_constraint=False,  # checked by a trigger, a statement's rows at once
        db_index=False,  # the unique constraint's index begins with it
        verbose_name=_("workspace"),
    )
    number = models.CharField(_("number"), max_length=16, help_text=_("In E.164, +12395550123."))
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    # From the area-code table when the contact was made, for lists and filters. The gate looks the
    # number up anew, because the table moves with releases.
    country = models.CharField(_("country"), max_length=2, blank=True)
    state = models.CharField(_("state"), max_length=2, blank=True)
    area_code = models.CharField(_("area code"), max_length=3, blank=True)
    # Set by the opt-out that is in force for every purpose without a newer opt-in of its own.
    opted_out_at = models.DateTimeField(_("opted out"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["workspace", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "number"], name="one_contact_per_workspace_and_number"
            ),
            models.CheckConstraint(
                condition=models.Q(number__regex=r"^\+[1-9][0-9]{6,14}$"),
                name="contact_number_is_e164",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="contact_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="contact_keeps_its_number",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("workspace_id", "number"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(old__workspace__df=pgtrigger.F("new__workspace"))
                | pgtrigger.Q(old__number__df=pgtrigger.F("new__number")),
                func="RAISE EXCEPTION 'a contact keeps its workspace and number';",
            ),
            pgtrigger.Trigger(
                name="contact_has_a_workspace",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="added"),  # type: ignore[no-untyped-call]
                func="""
                    IF EXISTS (
                        SELECT 1 FROM added a
                        LEFT JOIN accounts_workspace w ON w.id = a.workspace_id
                        WHERE w.id IS NULL
                    ) THEN
                        RAISE EXCEPTION 'a contact names a workspace that does not exist'
                            USING ERRCODE = 'foreign_key_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()
