from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from consent.models import Purpose
from sending.models.sender import SenderNumber

MAX_BODY = 1600


@pghistory.track(
    fields=["status", "scheduled_at", "body", "sender", "audience"], model_name="CampaignEvent"
)
class Campaign(models.Model):
    """One text for everyone of an audience. Its status moves only through `sending.campaigns`."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        SENDING = "sending", _("Sending")
        PAUSED = "paused", _("Paused")
        SENT = "sent", _("Sent")
        CANCELLED = "cancelled", _("Cancelled")

    class Audience(models.TextChoices):
        PURPOSE = "purpose", _("Everyone who ever opted in to the purpose")
        WORKSPACE = "workspace", _("Every contact of the workspace")

    workspace = models.ForeignKey(
        "accounts.Workspace", models.PROTECT, related_name="campaigns", verbose_name=_("workspace")
    )
    name = models.CharField(_("name"), max_length=120)
    purpose = models.ForeignKey(
        Purpose, models.PROTECT, related_name="campaigns", verbose_name=_("purpose")
    )
    audience = models.CharField(
        _("audience"), max_length=20, choices=Audience.choices, default=Audience.PURPOSE
    )
    body = models.TextField(
        _("text"), max_length=MAX_BODY, help_text=_("May use {{ first_name }} and {{ last_name }}.")
    )
    sender = models.ForeignKey(
        SenderNumber,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="campaigns",
        verbose_name=_("sender"),
        help_text=_("Empty: as the sender preferences say."),
    )
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    scheduled_at = models.DateTimeField(_("scheduled for"), null=True, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True, editable=False)
    # Fan-out: contacts up to this id have their message; the chunk moves both at once.
    fanout_cursor = models.BigIntegerField(default=0, editable=False)
    fanout_done = models.BooleanField(default=False, editable=False)
    # Counted when it starts, so that progress need not count the audience; exact once fanned out.
    audience_size = models.PositiveIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("written by"),
    )
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(
                fields=["status", "scheduled_at"],
                name="campaigns_at_work",
                condition=Q(status__in=["scheduled", "sending"]),
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="scheduled") | Q(scheduled_at__isnull=False),
                name="scheduled_campaign_has_a_time",
            ),
            models.CheckConstraint(condition=Q(body__regex=r"\S"), name="campaign_has_a_text"),
        ]
        triggers = [
            pgtrigger.FSM(
                name="campaign_status_moves_forward",
                field="status",
                transitions=[
                    ("draft", "scheduled"),
                    ("draft", "sending"),
                    ("draft", "cancelled"),
                    ("scheduled", "draft"),
                    ("scheduled", "sending"),
                    ("scheduled", "cancelled"),
                    ("sending", "paused"),
                    ("sending", "sent"),
                    ("sending", "cancelled"),
                    ("paused", "sending"),
                    ("paused", "cancelled"),
                ],
            )
        ]

    def __str__(self) -> str:
        return self.name
