from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from consent.models.contact import Contact
from consent.models.purpose import Purpose, Wording


class ConsentRecord(models.Model):
    """One thing that happened to the consent of one number. Never changed, never deleted.

    Written only by `consent.ledger`. An opt-out has no purpose: it is for every purpose of the
    workspace. ``occurred_at`` is when the person acted, ``recorded_at`` when Tollgate learnt of it.

    Contacts, purposes and wordings are never deleted, so the references need no foreign keys, which
    would be checked row by row: one trigger checks all rows of a statement, and that they are of
    one workspace.
    """

    class Kind(models.TextChoices):
        OPT_IN = "opt_in", _("Opt-in")
        OPT_OUT = "opt_out", _("Opt-out")
        RECONFIRMATION = "reconfirmation", _("Reconfirmation")

    class Source(models.TextChoices):
        APPLICATION = "application", _("Application")
        KEYWORD = "keyword", _("Inbound keyword")
        IN_PERSON = "in_person", _("In person")
        PHONE_CALL = "phone_call", _("Phone call")
        WEB_FORM = "web_form", _("Web form")

    # The workspace is the contact's; it is here so that scoping needs no join.
    workspace = models.ForeignKey(
        "accounts.Workspace",
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("workspace"),
    )
    contact = models.ForeignKey(
        Contact,
        models.PROTECT,
        related_name="records",
        db_constraint=False,
        db_index=False,
        verbose_name=_("contact"),
    )
    purpose = models.ForeignKey(
        Purpose,
        models.PROTECT,
        related_name="records",
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        verbose_name=_("purpose"),
    )
    kind = models.CharField(_("what"), max_length=20, choices=Kind.choices)
    source = models.CharField(_("source"), max_length=20, choices=Source.choices)
    occurred_at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(_("recorded"), db_default=Now(), editable=False)
    wording = models.ForeignKey(
        Wording,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        verbose_name=_("wording"),
    )
    wording_text = models.TextField(_("wording as given"), blank=True)
    answer = models.CharField(_("answer"), max_length=200, blank=True)
    collector = models.CharField(_("collected by"), max_length=200, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    detail = models.TextField(_("detail"), blank=True)
    proof = models.FileField(_("proof"), upload_to="proofs/%Y/%m", blank=True)
    proof_sha256 = models.CharField(_("SHA-256 of the proof"), max_length=64, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        verbose_name=_("recorded by"),
    )
    import_job_id = models.BigIntegerField(_("import"), null=True, blank=True)
    import_row = models.PositiveIntegerField(_("row of the import"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent record")
        verbose_name_plural = _("consent records")
        ordering = ["-recorded_at", "-id"]
        constraints = [
            # What makes the same row of a file, imported again, add nothing.
            models.UniqueConstraint(
                fields=["contact", "purpose", "kind", "source", "occurred_at"],
                name="one_record_per_event",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(kind="opt_out", purpose__isnull=True)
                | (~Q(kind="opt_out") & Q(purpose__isnull=False)),
                name="opt_in_names_a_purpose_and_opt_out_means_all",
            ),
            models.CheckConstraint(
                condition=Q(proof="", proof_sha256="") | (~Q(proof="") & ~Q(proof_sha256="")),
                name="proof_has_a_digest",
            ),
        ]
        indexes = [models.Index(fields=["workspace", "id"], name="records_by_workspace")]
        triggers = [
            pgtrigger.Trigger(
                name="record_stays_in_its_workspace",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="added"),  # type: ignore[no-untyped-call]
                func="""
                    IF EXISTS (
                        SELECT 1 FROM added a
                        LEFT JOIN consent_contact c
                            ON c.id = a.contact_id AND c.workspace_id = a.workspace_id
                        LEFT JOIN consent_purpose p
                            ON p.id = a.purpose_id AND p.workspace_id = a.workspace_id
                        LEFT JOIN consent_wording w
                            ON w.id = a.wording_id AND w.workspace_id = a.workspace_id
                        LEFT JOIN accounts_user u ON u.id = a.recorded_by_id
                        WHERE c.id IS NULL
                           OR (a.recorded_by_id IS NOT NULL AND u.id IS NULL)
                           OR (a.purpose_id IS NOT NULL AND p.id IS NULL)
                           OR (a.wording_id IS NOT NULL AND w.id IS NULL)
                    ) THEN
                        RAISE EXCEPTION 'a consent record names what its workspace does not have'
                            USING ERRCODE = 'foreign_key_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Protect(
                name="record_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            # Protect cannot guard TRUNCATE: that fires per statement only.
            pgtrigger.Trigger(
                name="record_is_never_truncated",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func="RAISE EXCEPTION 'consent records are never truncated';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.occurred_at:%Y-%m-%d %H:%M}"


class ConsentState(models.Model):
    """What the records of one contact and one purpose amount to. Moved only by `consent.ledger`.

    A contact without a row for a purpose never consented to it.
    """

    class Status(models.TextChoices):
        OPTED_IN = "opted_in", _("Opted in")
        OPTED_OUT = "opted_out", _("Opted out")

    workspace = models.ForeignKey(
        "accounts.Workspace",
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("workspace"),
    )
    contact = models.ForeignKey(
        Contact,
        models.PROTECT,
        related_name="states",
        db_constraint=False,
        verbose_name=_("contact"),
    )
    purpose = models.ForeignKey(
        Purpose,
        models.PROTECT,
        related_name="states",
        db_constraint=False,
        db_index=False,
        verbose_name=_("purpose"),
    )
    status = models.CharField(_("state"), max_length=10, choices=Status.choices)
    # When the opt-in that counts happened: the newest one.
    opted_in_at = models.DateTimeField(_("opted in"))
    record = models.ForeignKey(
        ConsentRecord,
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("record"),
        help_text=_("The record that made it so."),
    )

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["contact", "purpose"]
        constraints = [
            # In this order it also serves fan-out: everyone of a purpose, by contact.
            models.UniqueConstraint(
                fields=["purpose", "contact"], name="one_state_per_purpose_and_contact"
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="state_stays_in_its_workspace",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="added"),  # type: ignore[no-untyped-call]
                func="""
                    IF EXISTS (
                        SELECT 1 FROM added a
                        LEFT JOIN consent_contact c
                            ON c.id = a.contact_id AND c.workspace_id = a.workspace_id
                        LEFT JOIN consent_purpose p
                            ON p.id = a.purpose_id AND p.workspace_id = a.workspace_id
                        LEFT JOIN consent_consentrecord r
                            ON r.id = a.record_id AND r.contact_id = a.contact_id
                        WHERE c.id IS NULL OR p.id IS NULL OR r.id IS NULL
                    ) THEN
                        RAISE EXCEPTION 'a consent state names what its workspace does not have'
                            USING ERRCODE = 'foreign_key_violation';
                    END IF;
                    -- Nobody renames the purpose while this is not yet to be seen.
                    PERFORM 1 FROM consent_purpose
                    WHERE id IN (SELECT purpose_id FROM added) ORDER BY id FOR KEY SHARE;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="state_keeps_contact_and_purpose",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("workspace_id", "contact_id", "purpose_id"),  # type: ignore[no-untyped-call]
                func="RAISE EXCEPTION 'a consent state keeps its contact and purpose';",
            ),
        ]

    def __str__(self) -> str:
        return self.get_status_display()
