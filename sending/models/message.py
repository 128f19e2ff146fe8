from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from consent.models import Contact
from sending.models.campaign import Campaign
from sending.models.sender import SenderNumber

TRANSITIONS = [
    ("queued", "sending"),
    ("queued", "skipped"),
    ("queued", "cancelled"),
    ("queued", "failed"),
    # Only for what was claimed and provably not posted.
    ("sending", "queued"),
    ("sending", "cancelled"),
    ("sending", "accepted"),
    ("sending", "sent"),
    ("sending", "delivered"),
    ("sending", "undelivered"),
    ("sending", "failed"),
    ("sending", "unknown"),
    ("unknown", "accepted"),
    ("unknown", "sent"),
    ("unknown", "delivered"),
    ("unknown", "undelivered"),
    ("unknown", "failed"),
    ("accepted", "sent"),
    ("accepted", "delivered"),
    ("accepted", "undelivered"),
    ("accepted", "failed"),
    ("sent", "delivered"),
    ("sent", "undelivered"),
    ("sent", "failed"),
]

# Asked for each row of statements that move thousands; so the trigger's function, which names what
# was wrong, is called only where something is.
_FORBIDDEN = pgtrigger.Condition(
    "OLD.status <> NEW.status AND (OLD.status || ':' || NEW.status) <> ALL ('{"
    + ",".join(f"{old}:{new}" for old, new in TRANSITIONS)
    + "}'::text[])"
)


class Message(models.Model):
    """One message to one contact, from the moment it is due until its fate is known."""

    class Kind(models.TextChoices):
        CAMPAIGN = "campaign", _("Promotional campaign")
        FLOW = "flow", _("Promotional flow")
        TRANSACTIONAL = "transactional", _("Transactional")
        COMPLIANCE_REPLY = "compliance_reply", _("Compliance keyword reply")
        SUBSCRIBE_REPLY = "subscribe_reply", _("Subscribe keyword reply")
        CONVERSATION = "conversation", _("Conversation")
        AGENT_REPLY = "agent_reply", _("Agent or AI reply")
        PREVIEW = "preview", _("Preview")

    class Status(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        SENDING = "sending", _("On its way to the carrier")
        SKIPPED = "skipped", _("Skipped")
        CANCELLED = "cancelled", _("Cancelled")
        ACCEPTED = "accepted", _("Accepted by the carrier")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        UNDELIVERED = "undelivered", _("Not delivered")
        FAILED = "failed", _("Refused by the carrier")
        UNKNOWN = "unknown", _("Unknown")

    workspace = models.ForeignKey(
        "accounts.Workspace",
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("workspace"),
    )
    campaign = models.ForeignKey(
        Campaign,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
        db_index=False,
        verbose_name=_("campaign"),
    )
    contact = models.ForeignKey(
        Contact, models.PROTECT, related_name="messages", db_index=False, verbose_name=_("contact")
    )
    # None: the contact's country has no sender, and the gate says so.
    sender = models.ForeignKey(
        SenderNumber,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
        db_index=False,
        verbose_name=_("sender"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    status = models.CharField(
        _("status"), max_length=12, choices=Status.choices, default=Status.QUEUED
    )
    # Why it was skipped, refused or is unknown: a stable code, see sending/gate and carriers.
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    # Comma-separated codes of the frequency rules that would also have refused.
    limits_hit = models.CharField(_("limits hit"), max_length=60, blank=True)
    body = models.TextField(
        _("text"), blank=True, help_text=_("Where it differs from the campaign's.")
    )
    # The lease: whoever holds ``claim`` may post until ``lease_until``, and nobody after.
    claim = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    # The time this message takes up in the contact's FrequencyWindow; None while it takes up none.
    slot_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"), db_default=Now())
    sid = models.CharField(_("carrier id"), max_length=64, blank=True)
    error_code = models.CharField(_("carrier error"), max_length=30, blank=True)
    segments = models.PositiveSmallIntegerField(_("segments"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    updated_at = models.DateTimeField(_("updated"), db_default=Now())
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-id"]
        constraints = [
            # In this order it also finds the messages of a contact.
            models.UniqueConstraint(
                fields=["contact", "campaign"], name="one_message_per_campaign_and_contact"
            ),
            models.CheckConstraint(
                condition=~Q(status="sending")
                | (Q(claim__isnull=False) & Q(lease_until__isnull=False)),
                name="sending_message_has_a_lease",
            ),
            models.CheckConstraint(
                condition=~Q(kind="campaign") | Q(campaign__isnull=False),
                name="campaign_message_has_a_campaign",
            ),
        ]
        # Each index costs the gate, which moves every message twice; each of these earns it.
        indexes = [
            # Serves the progress counts and the activity list.
            models.Index(fields=["campaign", "status", "id"], name="messages_of_a_campaign"),
            # Serves the claim, in its order; no other index has that order, so the planner cannot
            # choose to walk through what is done already.
            models.Index(
                fields=["campaign", "sender", "due_at", "id"],
                name="messages_due",
                condition=Q(status="queued"),
            ),
            # Serves the activity of a workspace, newest first, and its dashboard.
            models.Index(fields=["workspace", "created_at", "id"], name="messages_of_a_workspace"),
            models.Index(
                fields=["lease_until"], name="messages_under_lease", condition=Q(status="sending")
            ),
            models.Index(
                fields=["sender", "due_at"],
                name="single_messages_due",
                condition=Q(status="queued", campaign__isnull=True),
            ),
            models.Index(
                fields=["id"], name="messages_of_unknown_fate", condition=Q(status="unknown")
            ),
        ]
        triggers = [
            # A message never goes back to the queue once the carrier may have it.
            pgtrigger.FSM(
                name="message_status_never_moves_back",
                field="status",
                transitions=TRANSITIONS,
                condition=_FORBIDDEN,
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
