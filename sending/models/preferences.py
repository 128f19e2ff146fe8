from __future__ import annotations

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from sending.models.sender import SenderNumber


@pghistory.track()
class SenderPreferences(models.Model):
    """A workspace's choices for sending; one row each, made with the workspace.

    Changed only through `sending.preferences`, which journals what is risky.
    """

    workspace = models.OneToOneField(
        "accounts.Workspace",
        models.PROTECT,
        primary_key=True,
        related_name="sender_preferences",
        verbose_name=_("workspace"),
    )
    us_sender = models.ForeignKey(
        SenderNumber,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sender for the United States"),
        help_text=_("Used where a campaign names no sender."),
    )
    smart_sending = models.BooleanField(
        _("Smart Sending"),
        default=True,
        help_text=_("Skips whoever got a promotional message within the window."),
    )
    smart_sending_hours = models.PositiveIntegerField(
        _("Smart Sending window in hours"),
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(720)],
    )
    state_law_limits = models.BooleanField(
        _("state-law limits"),
        default=True,
        help_text=_(
            "At most three promotional messages in any rolling 24 hours where law says so."
        ),
    )

    class Meta:
        verbose_name = _("sender preferences")
        verbose_name_plural = _("sender preferences")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(smart_sending_hours__gte=1),
                name="smart_sending_window_is_an_hour",
            )
        ]

    def __str__(self) -> str:
        return str(_("Sender preferences"))
