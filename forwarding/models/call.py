from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from sending.models import CarrierAccount, SenderNumber


class Call(models.Model):
    """One call that came in: what was decided, why, and what became of it. Never deleted.

    Written by `forwarding.calls`, once per call id of a carrier account.
    """

    class Decision(models.TextChoices):
        FORWARD = "forward", _("Forwarded")
        RING = "ring", _("Not forwarded")

    class Outcome(models.TextChoices):
        """What the destination did; `NOT_FORWARDED` where there was none."""

        PENDING = "pending", _("No report yet")
        ANSWERED = "answered", _("Answered")
        BUSY = "busy", _("Busy")
        NO_ANSWER = "no_answer", _("No answer")
        FAILED = "failed", _("Failed")
        CALLER_HUNG_UP = "caller_hung_up", _("Caller hung up first")
        NOT_FORWARDED = "not_forwarded", _("Not forwarded")

    # No constraints: the three ids come from rows that the same call has just read and that nobody
    # deletes, and each check would lock the one row that all calls to a number share.
    workspace = models.ForeignKey(
        "accounts.Workspace",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="calls",
        verbose_name=_("workspace"),
    )
    account = models.ForeignKey(
        CarrierAccount,
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="calls",
        verbose_name=_("carrier account"),
    )
    sender = models.ForeignKey(
        SenderNumber,
        models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="calls",
        verbose_name=_("called number"),
        help_text=_("Empty when the called number is none of the workspace's."),
    )
    sid = models.CharField(_("carrier id"), max_length=64)
    # As the carrier gave them: a caller may be a word, and neither need be a number that exists.
    caller = models.CharField(_("caller"), max_length=64, blank=True)
    called = models.CharField(_("called number as given"), max_length=64, blank=True)
    carrier_country = models.CharField(
        _("country by the carrier"),
        max_length=8,
        blank=True,
        help_text=_("Of the caller. It decides nothing; the area code does."),
    )
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices)
    reason = models.CharField(_("reason"), max_length=40)
    destination = models.CharField(_("forwarded to"), max_length=16, blank=True)
    received_at = models.DateTimeField(_("received"), db_default=Now())
    logged_at = models.DateTimeField(_("logged"), db_default=Now())
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices)
    seconds = models.PositiveIntegerField(
        _("seconds"), null=True, help_text=_("Talked, or rung where nobody was to answer.")
    )
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-received_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "sid"], name="a_call_is_logged_once"),
            models.CheckConstraint(
                condition=models.Q(decision="forward") & ~models.Q(destination="")
                | models.Q(decision="ring", destination=""),
                name="a_forwarded_call_has_a_destination",
            ),
            models.CheckConstraint(
                condition=models.Q(decision="forward") & ~models.Q(outcome="not_forwarded")
                | models.Q(decision="ring", outcome="not_forwarded"),
                name="only_a_forwarded_call_has_an_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "-received_at", "-id"], name="calls_by_workspace"),
            models.Index(fields=["sender", "-received_at"], name="calls_by_number"),
        ]
        triggers = [
            pgtrigger.Protect(name="call_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="calls_are_never_truncated",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func="RAISE EXCEPTION 'the log of calls is never truncated';",
            ),
            # One correction only: that a caller heard ringing although a database that came to
            # itself too late had written down that the call was forwarded.
            pgtrigger.Trigger(
                name="call_keeps_what_was_decided",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF (NEW.workspace_id, NEW.account_id, NEW.sender_id, NEW.sid, NEW.caller,
                        NEW.called, NEW.received_at)
                       IS DISTINCT FROM
                       (OLD.workspace_id, OLD.account_id, OLD.sender_id, OLD.sid, OLD.caller,
                        OLD.called, OLD.received_at)
                       OR ((NEW.decision, NEW.reason, NEW.destination)
                           IS DISTINCT FROM (OLD.decision, OLD.reason, OLD.destination)
                           AND NEW.reason <> 'database_away') THEN
                        RAISE EXCEPTION 'call % keeps what was decided', OLD.id
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.sid


class CallEvent(models.Model):
    """One status callback on a call as it came, kept whether or not it moved anything."""

    call = models.ForeignKey(
        Call, models.PROTECT, db_index=False, related_name="events", verbose_name=_("call")
    )
    leg = models.CharField(
        _("carrier id of the leg"),
        max_length=64,
        help_text=_("The call itself, or the one dialled."),
    )
    status = models.CharField(_("status"), max_length=30)
    seconds = models.PositiveIntegerField(_("seconds"), null=True)
    received_at = models.DateTimeField(_("received"), db_default=Now(), editable=False)
    applied = models.BooleanField(
        _("applied"), help_text=_("Off when it came too late to change anything.")
    )

    class Meta:
        verbose_name = _("call event")
        verbose_name_plural = _("call events")
        ordering = ["received_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "leg", "status"], name="one_event_per_leg_and_status"
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="call_event_never_changes", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.leg} {self.status}"
