"""What the section shows of each number: what it may do, what is set up, what happens to calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    """One number; ``notes`` are sentences on what is unusual, ``last`` is its newest call."""

    sender: SenderNumber
    rule: ForwardingRule | None
    why_not: Unavailable | None
    last: Call | None
    notes: list[str]

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
    last = _last_calls(shown)
    return sorted(
        (line(each, found.get(each.pk), last.get(each.pk)) for each in shown),
        key=lambda each: (each.why_not is not None, each.sender.number),
    )


def line_of(sender: SenderNumber) -> Line:
    return line(sender, _rules([sender]).get(sender.pk), _last_calls([sender]).get(sender.pk))


def line(sender: SenderNumber, rule: ForwardingRule | None, last: Call | None) -> Line:
    why_not = unavailable(sender)
    return Line(sender, rule, why_not, last, [*_notes(sender, rule, why_not)])


def _rules(senders: list[SenderNumber]) -> dict[int, ForwardingRule]:
    rows = ForwardingRule.objects.filter(sender__in=senders)
    return {rule.sender_id: rule for rule in rows.select_related("set_up_by", "changed_by")}


def _last_calls(senders: list[SenderNumber]) -> dict[int, Call]:
    # One look into the index for each number, of which a workspace has a few.
    newest = (Call.objects.filter(sender=sender).first() for sender in senders)
    return {call.sender_id: call for call in newest if call is not None and call.sender_id}


def _notes(
    sender: SenderNumber, rule: ForwardingRule | None, why_not: Unavailable | None
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
    if rule is not None and rules.is_a_sender(rule.destination):
        found.append(
            _(
                "Calls ring and are not forwarded: the forwarding number has become a sender "
                "number itself, and calls would go round in circles. Choose another."
            )
        )
    return found
