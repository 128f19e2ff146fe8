from __future__ import annotations

from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from sending.fields import EncryptedTextField


class CarrierAccount(models.Model):
    """An account with Twilio, or with anything that speaks its API."""

    workspace = models.ForeignKey(
        "accounts.Workspace",
        models.PROTECT,
        related_name="carrier_accounts",
        verbose_name=_("workspace"),
    )
    name = models.CharField(_("name"), max_length=100)
    api_url = models.CharField(
        _("API address"),
        max_length=200,
        default="https://api.twilio.com",
        validators=[URLValidator(schemes=["http", "https"])],
    )
    account_sid = models.CharField(
        _("account SID"),
        max_length=34,
        validators=[
            RegexValidator(r"^AC[0-9a-f]{32}$", _("AC and 32 characters from 0-9 and a-f."))
        ],
    )
    auth_token = EncryptedTextField(_("auth token"))
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("carrier account")
        verbose_name_plural = _("carrier accounts")
        ordering = ["workspace", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "name"], name="one_carrier_account_per_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class CarrierEvent(models.Model):
    """One status callback as it came, kept whether or not it moved anything."""

    # A callback names the message it is about; no constraint, for it may name one we do not have.
    message_id = models.BigIntegerField(_("message"), db_index=True)
    account = models.ForeignKey(
        CarrierAccount, models.PROTECT, related_name="events", verbose_name=_("carrier account")
    )
    sid = models.CharField(_("carrier id"), max_length=64)
    status = models.CharField(_("status"), max_length=30)
    error_code = models.CharField(_("error code"), max_length=30, blank=True)
    received_at = models.DateTimeField(_("received"), db_default=Now(), editable=False)
    applied = models.BooleanField(
        _("applied"), help_text=_("Off when it came too late to change anything.")
    )

    class Meta:
        verbose_name = _("carrier event")
        verbose_name_plural = _("carrier events")
        ordering = ["-received_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "sid", "status"], name="one_event_per_message_and_status"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sid} {self.status}"
