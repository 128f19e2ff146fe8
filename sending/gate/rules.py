"""The gate's rules: pure functions over facts. True refuses, False passes, None is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from consent.numbering import NumberKind
from sending.gate.facts import Basis, Consent
from sending.law.frequency import in_force, reached
from sending.models.message import Message

if TYPE_CHECKING:
    from datetime import datetime

    from sending.gate.facts import Facts, Policy
    from sending.law.frequency import FrequencyLimit

PROMOTIONAL = frozenset({Message.Kind.CAMPAIGN.value, Message.Kind.FLOW.value})
"""The kinds that quiet hours, frequency wish, Smart Sending and state law bind and that count."""

BASIS_OF_KIND: dict[str, str] = {
    Message.Kind.TRANSACTIONAL.value: Basis.OWN_ACTION.value,
    Message.Kind.COMPLIANCE_REPLY.value: Basis.KEYWORD.value,
    Message.Kind.SUBSCRIBE_REPLY.value: Basis.KEYWORD.value,
    Message.Kind.CONVERSATION.value: Basis.CONVERSATION.value,
    Message.Kind.AGENT_REPLY.value: Basis.CONVERSATION.value,
    Message.Kind.PREVIEW.value: Basis.OWN_NUMBER.value,
}

_GEOGRAPHIC = NumberKind.GEOGRAPHIC.value
_FOREIGN = NumberKind.FOREIGN.value
_OPTED_IN = Consent.OPTED_IN.value
_OPTED_OUT = Consent.OPTED_OUT.value
_COMPLIANCE = Message.Kind.COMPLIANCE_REPLY.value


def not_textable(facts: Facts) -> bool | None:
    """Rule 1, first half: toll-free and service numbers receive no texts from us."""
    if facts.number_kind is None:
        return None
    return facts.number_kind not in (_GEOGRAPHIC, _FOREIGN)


def no_sender(facts: Facts) -> bool | None:
    """Rule 1, second half: a country is texted only from a sender of that country."""
    if not facts.country or facts.sender_country is None:
        return None
    return facts.sender_country != facts.country


def opted_out(facts: Facts) -> bool | None:
    """Rule 2; only the one confirmation of the opt-out may still go (47 CFR 64.1200(a)(12))."""
    if facts.opted_out is None:
        return None
    if not facts.opted_out and facts.consent != _OPTED_OUT:
        return False
    return not (facts.kind == _COMPLIANCE and facts.confirmation_due is True)


def no_consent(facts: Facts) -> bool | None:
    """Rule 3: consent to this purpose, or the exemption of this very kind."""
    if facts.kind in PROMOTIONAL:
        if facts.consent is None:
            return None
        return facts.consent != _OPTED_IN
    needed = BASIS_OF_KIND.get(facts.kind)
    if needed is None:
        return None
    return facts.basis != needed


def smart_sending(facts: Facts, policy: Policy, now: datetime) -> bool | None:
    """Rule 8: the last promotional message was less than the window ago; an equal gap passes."""
    if policy.smart_window is None:
        return False
    if facts.sent is None:
        return None
    return bool(facts.sent) and now - facts.sent[0] < policy.smart_window


def state_law(facts: Facts, policy: Policy, now: datetime) -> bool | None:
    """Rule 9: a limit in force in the state of the area code is reached."""
    if facts.state is None:
        return None
    limits = policy.limits.get(facts.state)
    if limits is None:
        return False
    if facts.sent is None:
        return None
    sent = facts.sent
    return any(reached(limit, sent, now) for limit in limits if in_force(limit, facts.zones, now))


def binding_limits(facts: Facts, policy: Policy, now: datetime) -> list[FrequencyLimit]:
    """The limits that bind this recipient now, reached or not."""
    limits = policy.limits.get(facts.state or "", ())
    return [limit for limit in limits if in_force(limit, facts.zones, now)]
