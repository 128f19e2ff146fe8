"""May we text this number, and if not, why, and when? The same gate, asked about one number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
from django.db import connection

from consent.models import Contact
from consent.numbering import parse
from sending.campaigns.senders import by_country
from sending.gate import load, rules
from sending.gate.codes import sentence
from sending.gate.decision import decide, next_permitted
from sending.models import Campaign, Decision, Message

if TYPE_CHECKING:
    from accounts.models import Workspace
    from consent.models import Purpose
    from sending.gate.facts import Facts, Policy
    from sending.law.frequency import FrequencyLimit

HISTORY = 20


@dataclass(frozen=True, slots=True)
class Explanation:
    """The verdict on a promotional campaign message at ``at``, and what it was made from.

    ``next_ok_at`` is when it may go if nothing else is sent; None when time alone does not help.
    ``limits`` are the state limits that bind the number at ``at``, reached or not.
    """

    number: str
    contact: Contact | None
    at: datetime
    code: str
    sentence: str
    limits_hit: tuple[str, ...]
    next_ok_at: datetime | None
    facts: Facts
    policy: Policy
    limits: tuple[FrequencyLimit, ...]
    decisions: list[Decision]
    messages: list[Message]

    @property
    def allowed(self) -> bool:
        return self.next_ok_at == self.at

    def as_json(self) -> dict[str, Any]:
        """Plain values for a command's output; times in ISO 8601."""
        return {
            "number": self.number,
            "at": self.at.isoformat(),
            "allowed": self.allowed,
            "code": self.code,
            "sentence": self.sentence,
            "limits_hit": list(self.limits_hit),
            "next_ok_at": self.next_ok_at.isoformat() if self.next_ok_at else None,
            "facts": orjson.loads(self.facts.dump()),
            "policy": self.policy.dump(),
        }


def explain(
    *, workspace: Workspace, number: str, purpose: Purpose, at: datetime | None = None
) -> Explanation:
    """Decide about one number for one purpose, as of ``at`` (aware; None: now), writing nothing.

    Consent and the window are those of today: ``at`` moves the clock, not the history.
    Raises `consent.numbering.NumberError` for a text that is no number.
    """
    parsed = parse(number)
    contact = Contact.objects.filter(workspace=workspace, number=parsed.e164).first()
    policy = load.policies([workspace.pk])[workspace.pk]
    row, consent, sent, now = _read(contact, parsed.e164, purpose)
    moment = now if at is None else at.astimezone(UTC)
    facts = load.facts(
        kind=Message.Kind.CAMPAIGN.value,
        contact=row,
        consent=consent,
        sent=sent,
        sender_country=_sender_country(workspace, purpose, parsed.country),
    )
    verdict = decide(facts, policy, moment)
    own = {"contact": contact, "workspace": workspace}
    return Explanation(
        number=parsed.e164,
        contact=contact,
        at=moment,
        code=verdict.code,
        sentence=sentence(verdict.code),
        limits_hit=verdict.limits_hit,
        next_ok_at=next_permitted(facts, policy, moment),
        facts=facts,
        policy=policy,
        limits=tuple(rules.binding_limits(facts, policy, moment)),
        decisions=list(Decision.objects.filter(**own)[:HISTORY]) if contact else [],
        messages=list(Message.objects.filter(**own)[:HISTORY]) if contact else [],
    )


def _read(
    contact: Contact | None, number: str, purpose: Purpose
) -> tuple[load.ContactRow, str | None, load.Sent, datetime]:
    """The rows of a known contact; for a number never seen, what having none amounts to."""
    if contact is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            now: datetime = cursor.fetchone()[0]
        return load.ContactRow(0, number, None, "", ""), None, (), now
    rows, now = load.contacts([contact.pk], lock=False)
    consent = load.consents(purpose.pk, [contact.pk]).get(contact.pk)
    return rows[contact.pk], consent, load.windows([contact.pk]).get(contact.pk, ()), now


def _sender_country(workspace: Workspace, purpose: Purpose, country: str) -> str:
    """The country, when a campaign of this workspace would find a sender for it; else ""."""
    senders = by_country(Campaign(workspace=workspace, purpose=purpose))
    return country if country in senders else ""
