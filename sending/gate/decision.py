"""The one implementation that decides: for sending, preflight and explain alike. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sending.gate import rules
from sending.gate.codes import Code
from sending.law.frequency import free_again

if TYPE_CHECKING:
    from datetime import datetime

    from sending.gate.facts import Facts, Policy


class Verdict(NamedTuple):
    """``code`` is the first rule that refused, or ``allowed``.

    ``limits_hit`` are the frequency rules that refuse, whether or not one of them is the reason.
    """

    code: str
    limits_hit: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        return self.code == _ALLOWED


_ALLOWED = Code.ALLOWED.value
_NOT_TEXTABLE = Code.NOT_TEXTABLE.value
_NO_SENDER = Code.NO_SENDER.value
_OPTED_OUT = Code.OPTED_OUT.value
_NO_CONSENT = Code.NO_CONSENT.value
_SMART_SENDING = Code.SMART_SENDING.value
_STATE_LAW = Code.STATE_LAW.value
_UNKNOWN_FACT = Code.UNKNOWN_FACT.value
_MAY_GO = Verdict(_ALLOWED, ())


def decide(facts: Facts, policy: Policy, now: datetime) -> Verdict:
    """Whether a message with these facts may go at ``now`` (aware), and if not, why.

    Rules in the order of PRODUCT.md section 4. Those between 3 and 8 (registration, first-send
    review, quiet hours, the recipient's wish) and credits have their place between these.
    """
    unknown = False
    reason = ""
    for code, refuses in (
        (_NOT_TEXTABLE, rules.not_textable(facts)),
        (_NO_SENDER, rules.no_sender(facts)),
        (_OPTED_OUT, rules.opted_out(facts)),
        (_NO_CONSENT, rules.no_consent(facts)),
    ):
        if refuses is None:
            unknown = True
        elif refuses and not reason:
            reason = code
    limits_hit: tuple[str, ...] = ()
    if facts.kind in rules.PROMOTIONAL:
        smart = rules.smart_sending(facts, policy, now)
        law = rules.state_law(facts, policy, now)
        if smart is None or law is None:
            unknown = True
        if smart:
            limits_hit = (_SMART_SENDING,)
        if law:
            limits_hit = (*limits_hit, _STATE_LAW)
        if limits_hit and not reason:
            reason = limits_hit[0]
    if reason:
        return Verdict(reason, limits_hit)
    # The last rule: what is unknown refuses.
    return Verdict(_UNKNOWN_FACT, limits_hit) if unknown else _MAY_GO


def next_permitted(facts: Facts, policy: Policy, now: datetime) -> datetime | None:
    """From when on the message may go if nothing else is sent; ``now`` if at once.

    None when time alone does not help: no consent, opted out, not textable, unknown.
    """
    verdict = decide(facts, policy, now)
    if verdict.allowed:
        return now
    if verdict.code not in (_SMART_SENDING, _STATE_LAW) or not facts.sent:
        return None
    moment = now
    if policy.smart_window is not None:
        moment = max(moment, facts.sent[0] + policy.smart_window)
    # A law may start or end while one waits, so ask again from each moment found.
    for _attempt in range(4):
        limits = rules.binding_limits(facts, policy, moment)
        later = max((free_again(limit, facts.sent, moment) for limit in limits), default=moment)
        if later == moment:
            return moment
        moment = later
    return moment
