from __future__ import annotations

from decimal import Decimal

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from sending.models.carrier import CarrierAccount


@pghistory.track(fields=["verification", "rate", "account"], model_name="SenderNumberEvent")
class SenderNumber(models.Model):
    """A number that messages are sent from."""

    class Kind(models.TextChoices):
        TOLL_FREE = "toll_free", _("Toll-free number")
        SHORT_CODE = "short_code", _("Short code")
        LONG_CODE = "long_code", _("Long code")

    class Verification(models.TextChoices):
        UNVERIFIED = "unverified", _("Not verified")
        PENDING = "pending", _("Being verified")
        VERIFIED = "verified", _("Verified")
        REJECTED = "rejected", _("Rejected")
        RELEASED = "released", _("Released")

    workspace = models.ForeignKey(
        "accounts.Workspace",
        models.PROTECT,
        related_name="sender_numbers",
        verbose_name=_("workspace"),
    )
    account = models.ForeignKey(
        CarrierAccount,
        models.PROTECT,
        related_name="sender_numbers",
        verbose_name=_("carrier account"),
    )
    number = models.CharField(
        _("number"), max_length=16, help_text=_("In E.164, +18885550123; a short code as it is.")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    country = models.CharField(_("country"), max_length=2, default="US")
    verification = models.CharField(
        _("verification"),
        max_length=20,
        choices=Verification.choices,
        default=Verification.UNVERIFIED,
    )
    rate = models.DecimalField(
        _("rate"),
        max_digits=8,
        decimal_places=2,
        default=Decimal(3),
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(Decimal(100_000))],
        help_text=_("Messages per second: toll-free 3, long code 1, short code 10 to 100."),
    )
    # The metronome: the earliest moment at which the next message may leave.
    next_slot_at = models.DateTimeField(_("next slot"), db_default=Now(), editable=False)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("sender number")
        verbose_name_plural = _("sender numbers")
        ordering = ["workspace", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                condition=~models.Q(verification="released"),
                name="a_sender_number_is_used_once",
                violation_error_message=_("This number is already in use."),
            ),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="sender_rate_is_positive"),
        ]

    def __str__(self) -> str:
        return self.number
