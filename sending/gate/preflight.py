"""Who of a campaign's audience would get it now, and why the others would not.

It asks the very gate that will decide, and writes nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sending.campaigns.audience import contacts_of
from sending.campaigns.senders import by_country
from sending.gate import load
from sending.gate.codes import Code, sentence
from sending.gate.decision import decide
from sending.models import Message
from sending.segments import count
from sending.templating import BadTextError, compile_body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sending.gate.facts import Policy
    from sending.models import Campaign
    from sending.templating import Template

CHUNK = 5_000
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Example:
    """One recipient with this verdict; the sentence is the reason in words."""

    contact_id: int
    number: str
    sentence: str
    limits_hit: tuple[str, ...]


@dataclass(slots=True)
class Report:
    """``counts`` by verdict sum to ``total``; ``limits`` count every frequency rule that refuses.

    ``segments`` is the sum over those who may go.
    """

    total: int = 0
    segments: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    limits: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[Example]] = field(default_factory=dict)

    @property
    def allowed(self) -> int:
        return self.counts[Code.ALLOWED.value]

    @property
    def skipped(self) -> int:
        return self.total - self.allowed


def preflight(campaign: Campaign, *, progress: Callable[[int], None] | None = None) -> Report:
    """Decide the whole audience as of now, in chunks; ``progress`` is told the number so far."""
    report = Report()
    policy = load.policies([campaign.workspace_id])[campaign.workspace_id]
    countries = frozenset(by_country(campaign))
    template = compile_body(campaign.body)
    for chunk in _chunks(campaign):
        _decide_chunk(report, campaign, chunk, policy, countries, template)
        if progress is not None:
            progress(report.total)
    return report


def _chunks(campaign: Campaign) -> Iterator[list[int]]:
    """The audience's contact ids, each once, in their order."""
    last = 0
    while True:
        rest = contacts_of(campaign).filter(pk__gt=last).order_by("pk")
        chunk = list(rest.values_list("pk", flat=True)[:CHUNK])
        if not chunk:
            return
        yield chunk
        last = chunk[-1]


def _decide_chunk(
    report: Report,
    campaign: Campaign,
    chunk: Sequence[int],
    policy: Policy,
    countries: frozenset[str],
    template: Template,
) -> None:
    contacts, now = load.contacts(chunk, lock=False)
    seen = load.windows(chunk)
    consents = load.consents(campaign.purpose_id, chunk)
    constant = count(template.render()).segments if template.is_constant else None
    for contact in contacts.values():
        country = load.country_of(contact)
        facts = load.facts(
            kind=Message.Kind.CAMPAIGN.value,
            contact=contact,
            consent=consents.get(contact.id),
            sent=seen.get(contact.id, ()),
            sender_country=country if country in countries else "",
        )
        verdict = decide(facts, policy, now)
        code = verdict.code
        if verdict.allowed:
            try:
                report.segments += constant or _segments(template, contact)
            except BadTextError:
                code = Code.BAD_TEXT.value
        _tally(report, contact, code, verdict.limits_hit)


def _segments(template: Template, contact: load.ContactRow) -> int:
    text = template.render(first_name=contact.first_name, last_name=contact.last_name)
    return count(text).segments


def _tally(
    report: Report, contact: load.ContactRow, code: str, limits_hit: tuple[str, ...]
) -> None:
    report.total += 1
    report.counts[code] += 1
    report.limits.update(limits_hit)
    examples = report.examples.setdefault(code, [])
    if len(examples) < EXAMPLES:
        examples.append(Example(contact.id, contact.number, sentence(code), limits_hit))
