"""What the section shows of each number: what it may do, what is set up, what happens to calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from consent.numbering import national
from forwarding import announcing, rules
from forwarding.availability import Unavailable, unavailable
from forwarding.models import Call, ForwardingRule
from sending.carriers.voice_address import Told
from sending.models import SenderNumber

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from accounts.models import Workspace

Kind = SenderNumber.Kind
Verification = SenderNumber.Verification


@dataclass(frozen=True, slots=True)
class Line:
    """One number; ``notes`` are sentences on what is unusual, ``last`` is its newest call.

    ``looped``: the destination has become a sender number, so that nothing is forwarded.
    """

    sender: SenderNumber
    rule: ForwardingRule | None
    why_not: Unavailable | None
    last: Call | None
    notes: list[str]
    looped: bool

    @property
    def number(self) -> str:
        return national(self.sender.number)

    @property
    def destination(self) -> str:
        return national(self.rule.destination) if self.rule else ""

    @property
    def token(self) -> str:
        return rules.token_of(self.rule)

    @property
    def released(self) -> bool:
        return self.sender.verification == Verification.RELEASED

    @property
    def address(self) -> str:
        """Where the carrier is to announce calls."""
        return announcing.call_address(self.sender.account_id)

    @property
    def announced(self) -> bool:
        """Whether the carrier confirmed that, or has announced a call there since."""
        if self.rule is None:
            return False
        came = self.last is not None and self.last.received_at >= self.rule.set_up_at
        return came or self.rule.announced_to == self.address

    @property
    def problem(self) -> str:
        """Why the carrier was not told; "" before it was asked."""
        code = self.rule.announce_problem if self.rule else ""
        return str(Told(code).label) if code in Told.values else code

    @property
    def waits(self) -> bool:
        """Whether the carrier is asked just now."""
        return self.rule is not None and not self.announced and not self.problem

    @property
    def rings(self) -> bool:
        """Whether calls ring although forwarding is set up."""
        return self.looped or (bool(self.problem) and not self.announced)

    @property
    def unavailable(self) -> _StrPromise | str:
        return self.why_not.sentence if self.why_not else ""


def lines(workspace: Workspace) -> list[Line]:
    """Toll-free numbers first, then those that cannot forward; a released one only while it has a
    rule, to be cleared away."""
    rows = list(
        SenderNumber.objects.filter(workspace=workspace)
        .select_related("account")
        .order_by("number")
    )
    found = _rules(rows)
    used = [each for each in rows if each.verification != Verification.RELEASED]
    shown = used + [each for each in rows if each not in used and each.pk in found]
    return sorted(
        _lines(shown, found), key=lambda each: (each.why_not is not None, each.sender.number)
    )


def line_of(sender: SenderNumber) -> Line:
    return _lines([sender], _rules([sender]))[0]


def _lines(senders: list[SenderNumber], found: dict[int, ForwardingRule]) -> list[Line]:
    last = _last_calls(senders)
    looped = rules.senders_among(rule.destination for rule in found.values())
    return [_line(each, found.get(each.pk), last.get(each.pk), looped) for each in senders]


def _line(
    sender: SenderNumber, rule: ForwardingRule | None, last: Call | None, looped: set[str]
) -> Line:
    why_not = unavailable(sender)
    in_a_circle = rule is not None and rule.destination in looped
    notes = _notes(sender, rule, why_not, in_a_circle=in_a_circle)
    return Line(sender, rule, why_not, last, notes, in_a_circle)


def _rules(senders: list[SenderNumber]) -> dict[int, ForwardingRule]:
    rows = ForwardingRule.objects.filter(sender__in=senders)
    return {rule.sender_id: rule for rule in rows.select_related("set_up_by", "changed_by")}


def _last_calls(senders: list[SenderNumber]) -> dict[int, Call]:
    # One look into the index for each number, however many calls it had.
    newest = Call.objects.filter(sender=OuterRef("pk")).order_by("-received_at", "-id")
    numbers = SenderNumber.objects.filter(pk__in=[sender.pk for sender in senders])
    wanted = numbers.order_by().values(newest=Subquery(newest.values("pk")[:1]))
    return {call.sender_id: call for call in Call.objects.filter(pk__in=wanted) if call.sender_id}


def _notes(
    sender: SenderNumber,
    rule: ForwardingRule | None,
    why_not: Unavailable | None,
    *,
    in_a_circle: bool,
) -> list[str]:
    found = []
    if sender.verification == Verification.RELEASED:
        found.append(
            _("Calls to it no longer come here. Delete the forwarding, or leave it as a record.")
        )
    if why_not is not None:
        return found
    if sender.verification in (Verification.UNVERIFIED, Verification.PENDING):
        found.append(
            _("Still being verified: no texts yet, but calls are forwarded all the same.")
            if rule
            else _(
                "Still being verified: no texts yet, but calls already come in. Set up forwarding "
                "now, so that nobody rings in vain."
            )
        )
    if sender.verification == Verification.REJECTED:
        found.append(
            _("Its verification was rejected: no texts, but calls are forwarded all the same.")
            if rule
            else _("Its verification was rejected: no texts, but calls still come in, and ring.")
        )
    if in_a_circle:
        found.append(
            _(
                "Calls ring and are not forwarded: the forwarding number has become a sender "
                "number itself, and calls would go round in circles. Choose another."
            )
        )
    return found
