from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class JournalEntry(models.Model):
    """One risky change: who, when, from, to, why. Written once, by `accounts.journal.record`."""

    class Kind(models.TextChoices):
        STATE_LAW = "state_law", _("State-law limits")
        SMART_SENDING = "smart_sending", _("Smart Sending")
        ROLE = "role", _("Role")
        OWNERSHIP = "ownership", _("Ownership")
        RATE = "rate", _("Sending rate")
        CARRIER = "carrier", _("Carrier account")
        MESSAGE = "message", _("Message settled by hand")
        PLATFORM = "platform", _("Platform rights")
        LAW = "law", _("Law")
        CALL_FORWARDING = "call_forwarding", _("Call forwarding")

    workspace = models.ForeignKey(
        "accounts.Workspace",
        models.PROTECT,
        related_name="journal",
        verbose_name=_("workspace"),
        null=True,
        blank=True,
        help_text=_("Empty for what concerns the whole platform; its staff alone see that."),
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"), db_default=Now(), editable=False)
    kind = models.CharField(_("what"), max_length=30, choices=Kind.choices)
    subject = models.CharField(
        _("of"), max_length=200, blank=True, help_text=_("The member, number or law it is about.")
    )
    old = models.CharField(_("from"), max_length=200, blank=True)
    new = models.CharField(_("to"), max_length=200, blank=True)
    reason = models.TextField(_("reason"))

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["workspace", "-at"], name="journal_by_workspace")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reason__regex=r"\S"), name="journal_entry_has_a_reason"
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="journal_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            # Protect cannot guard TRUNCATE: that fires per statement only.
            pgtrigger.Trigger(
                name="journal_is_never_truncated",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func="RAISE EXCEPTION 'the journal of risky changes is never truncated';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.old} → {self.new}"
