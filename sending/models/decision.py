from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class PolicySnapshot(models.Model):
    """What held for everyone in a batch: preferences, laws in force, countries with a sender.

    Stored once per content; decisions refer to it. ``body`` is what `gate.facts.Policy` dumps.
    """

    workspace = models.ForeignKey("accounts.Workspace", models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    body = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "digest"], name="one_snapshot_per_content")
        ]
        triggers = [
            pgtrigger.Protect(
                name="snapshot_never_changes", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return self.digest[:12]


class Decision(models.Model):
    """One verdict of the gate on one message, with everything it was made from. Append-only."""

    id = models.BigAutoField(primary_key=True)
    # No constraints on what is written by COPY, tens of thousands a second: neither contacts nor
    # messages nor workspaces are ever deleted.
    workspace = models.ForeignKey(
        "accounts.Workspace",
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("workspace"),
    )
    message = models.ForeignKey(
        "sending.Message",
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="decisions",
        verbose_name=_("message"),
    )
    contact = models.ForeignKey(
        "consent.Contact",
        models.DO_NOTHING,
        db_constraint=False,
        related_name="decisions",
        verbose_name=_("contact"),
    )
    policy = models.ForeignKey(
        PolicySnapshot,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("policy"),
    )
    at = models.DateTimeField(_("when"))
    allowed = models.BooleanField(_("may go"))
    code = models.CharField(_("reason"), max_length=40)
    limits_hit = models.CharField(_("limits hit"), max_length=60, blank=True)
    facts = models.JSONField(_("facts"))

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-id"]
        triggers = [
            pgtrigger.Protect(
                name="decision_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            pgtrigger.Trigger(
                name="decision_is_never_truncated",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func="RAISE EXCEPTION 'decisions are never truncated';",
            ),
        ]

    def __str__(self) -> str:
        return self.code
