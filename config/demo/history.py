"""Today's earlier campaigns, so that every reason of the gate shows in a preflight.

Each message was decided by the gate itself, from what held at its time, so that decisions, messages
and windows tell one story. Made once a day: yesterday's messages no longer count.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import orjson
from django.db import transaction
from django.utils import timezone

from config.demo.workspace import Juniper
from consent.models import ConsentState
from sending.dispatch import windows
from sending.gate import load
from sending.gate.decision import Verdict, decide
from sending.gate.facts import Facts, Policy
from sending.models import Campaign, Decision, Message

# Name, text, how long ago, and which share of the contacts it went to: one in so many.
EARLIER = (
    ("Coffee and camping", "Juniper: fresh beans are in. Reply STOP to stop.", 7.0, 2),
    ("Lunch break", "Juniper: 10% off socks until 2 pm. Reply STOP to stop.", 5.0, 4),
    ("Afternoon tents", "Juniper: tents from $99. Reply STOP to stop.", 3.0, 4),
    ("Last call", "Juniper: last call for tents. Reply STOP to stop.", 0.5, 16),
)
PER_CAMPAIGN = 900
DRAFT = "Winter sale"


def ensure_history(juniper: Juniper) -> None:
    now = timezone.now()
    for name, body, hours, share in EARLIER:
        title = f"{name} {now:%Y-%m-%d}"
        if not Campaign.objects.filter(workspace=juniper.workspace, name=title).exists():
            _send_back_then(juniper, title, body, now - timedelta(hours=hours), share)
    if not Campaign.objects.filter(workspace=juniper.workspace, name=DRAFT).exists():
        Campaign.objects.create(
            workspace=juniper.workspace,
            name=DRAFT,
            purpose=juniper.offers,
            audience=Campaign.Audience.WORKSPACE,
            body="Hi {{ first_name | default: 'there' }}, Juniper's winter sale is on: 25% off "
            "until Sunday. Reply STOP to stop.",
            created_by=juniper.owner,
        )


@transaction.atomic
def _send_back_then(juniper: Juniper, name: str, body: str, at: datetime, share: int) -> None:
    reached = _audience(juniper, at, share)
    campaign = Campaign.objects.create(
        workspace=juniper.workspace,
        name=name,
        purpose=juniper.offers,
        body=body,
        status=Campaign.Status.SENT,
        started_at=at,
        finished_at=at + timedelta(minutes=1),
        fanout_done=True,
        fanout_cursor=max(reached, default=0),
        created_by=juniper.owner,
    )
    policy = load.policies([juniper.workspace.pk])[juniper.workspace.pk]
    decided = _decide(juniper, reached, policy, at)
    messages = Message.objects.bulk_create(
        [_message(campaign, juniper, pk, verdict, at) for pk, (_, verdict) in decided.items()]
    )
    snapshot = load.snapshot(juniper.workspace.pk, policy)
    Decision.objects.bulk_create(
        Decision(
            workspace=juniper.workspace,
            message=message,
            contact_id=message.contact_id,
            policy_id=snapshot,
            at=at,
            allowed=verdict.allowed,
            code=verdict.code,
            limits_hit=",".join(verdict.limits_hit),
            facts=orjson.loads(facts.dump()),
        )
        for message, (facts, verdict) in zip(messages, decided.values(), strict=True)
    )
    windows.recompute(reached)


def _decide(
    juniper: Juniper, reached: list[int], policy: Policy, at: datetime
) -> dict[int, tuple[Facts, Verdict]]:
    """The gate's verdict at ``at`` on each contact, in the contacts' order."""
    rows, _now = load.contacts(reached, lock=True)
    seen = load.windows(reached)
    consents = load.consents(juniper.offers.pk, reached)
    found = {}
    for pk in reached:
        facts = load.facts(
            kind=Message.Kind.CAMPAIGN,
            contact=rows[pk],
            consent=consents.get(pk),
            sent=seen.get(pk, ()),
            sender_country="US",
        )
        found[pk] = (facts, decide(facts, policy, at))
    return found


def _message(
    campaign: Campaign, juniper: Juniper, contact_id: int, verdict: Verdict, at: datetime
) -> Message:
    message = Message(
        workspace=juniper.workspace,
        campaign=campaign,
        contact_id=contact_id,
        sender=juniper.sender,
        kind=Message.Kind.CAMPAIGN,
        status=Message.Status.SKIPPED,
        limits_hit=",".join(verdict.limits_hit),
        due_at=at,
        updated_at=at,
    )
    if not verdict.allowed:
        message.reason = verdict.code
        return message
    message.status = Message.Status.DELIVERED
    message.slot_at = message.accepted_at = at
    message.attempts = message.segments = 1
    message.sid = f"SM{uuid.uuid4().hex}"
    return message


def _audience(juniper: Juniper, at: datetime, share: int) -> list[int]:
    """Contacts who had opted in by then, one in ``share``."""
    contacts = (
        ConsentState.objects.filter(
            purpose=juniper.offers,
            status=ConsentState.Status.OPTED_IN,
            opted_in_at__lt=at,
            contact__country="US",
        )
        .order_by("contact_id")
        .values_list("contact_id", flat=True)
    )
    return list(contacts[: PER_CAMPAIGN * share : share])
