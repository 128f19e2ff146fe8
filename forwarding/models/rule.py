from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from sending.models import SenderNumber


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    fields=["sender", "destination"],
    model_name="ForwardingRuleEvent",
)
class ForwardingRule(models.Model):
    """Where calls to one toll-free number go. No row: they ring. Written by `forwarding.rules`.

    Its workspace is that of the number, so the two cannot differ.
    """

    sender = models.OneToOneField(
        SenderNumber,
        models.PROTECT,
        related_name="forwarding_rule",
        verbose_name=_("toll-free number"),
    )
    destination = models.CharField(
        _("forwarding number"), max_length=16, help_text=_("In E.164, +14155550123.")
    )
    # Counts changes of this row, so that whoever saves can be told what changed meanwhile.
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    set_up_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("set up by")
    )
    set_up_at = models.DateTimeField(_("set up"), db_default=Now(), editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("changed by")
    )
    changed_at = models.DateTimeField(_("changed"), db_default=Now(), editable=False)
    # The carrier is told where to announce calls; see `forwarding.announcing`.
    announced_to = models.CharField(_("announced to"), max_length=300, blank=True, editable=False)
    announced_at = models.DateTimeField(_("announced"), null=True, editable=False)
    announce_problem = models.CharField(_("problem"), max_length=30, blank=True, editable=False)
    announce_tries = models.PositiveIntegerField(_("tries"), default=0, editable=False)
    announce_due_at = models.DateTimeField(_("next try"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("call forwarding")
        verbose_name_plural = _("call forwarding")
        ordering = ["sender"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(destination__regex=r"^\+1[2-9][0-9]{9}$"),
                name="forwarding_goes_to_a_plus_one_number",
            )
        ]
        triggers = [
            # FOR SHARE waits for whoever releases the number just now.
            pgtrigger.Trigger(
                name="only_us_toll_free_numbers_in_use_forward",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                # Whether the carrier was told may still be noted once the number is released.
                func="""
                    IF TG_OP = 'UPDATE'
                       AND (NEW.sender_id, NEW.destination) = (OLD.sender_id, OLD.destination) THEN
                        RETURN NEW;
                    END IF;
                    PERFORM 1 FROM sending_sendernumber
                    WHERE id = NEW.sender_id AND kind = 'toll_free' AND country = 'US'
                      AND verification <> 'released' AND number <> NEW.destination
                    FOR SHARE;
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'number % cannot forward calls to %',
                            NEW.sender_id, NEW.destination USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.destination

    @property
    def token(self) -> str:
        """What a form remembers, to tell later whether the row is still the one it showed.

        With the id, for a rule that is deleted and set up anew counts from one again.
        """
        return f"{self.pk}.{self.version}"
