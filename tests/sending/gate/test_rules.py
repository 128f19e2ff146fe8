"""Order of the rules, kinds with their exemptions, and what is unknown."""

from __future__ import annotations

from typing import Any

import pytest

from sending.gate.codes import Code
from sending.gate.decision import decide
from sending.gate.facts import Facts, load_facts, load_policy
from sending.models import Message
from tests.sending.gate.values import HOUR, at, facts, policy

NOW = at("2026-06-10 15:00")
FULL = (NOW - HOUR, NOW - HOUR, NOW - HOUR)
EXEMPT = [
    ("transactional", "own_action"),
    ("compliance_reply", "keyword"),
    ("subscribe_reply", "keyword"),
    ("conversation", "conversation"),
    ("agent_reply", "conversation"),
    ("preview", "own_number"),
]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number_kind": "toll_free", "country": ""}, "not_textable"),
        ({"number_kind": "service"}, "not_textable"),
        ({"sender_country": ""}, "no_sender"),
        ({"country": "CA"}, "no_sender"),
        ({"consent": "opted_out", "opted_out": True}, "opted_out"),
        ({"consent": "none"}, "no_consent"),
    ],
)
def test_the_first_rule_that_refuses_is_the_reason_and_limits_are_recorded(
    changes: dict[str, Any], code: str
) -> None:
    verdict = decide(facts(*FULL, **changes), policy(smart_hours=24), NOW)
    assert verdict == (code, ("smart_sending", "state_law"))


def test_the_order_of_reasons_is_that_of_the_gate() -> None:
    """Mend the reason that is given, and the next rule's comes up."""
    worst = facts(
        *FULL, number_kind="service", sender_country="", consent="opted_out", opted_out=True
    )
    mends: list[tuple[str, dict[str, Any]]] = [
        ("not_textable", {"number_kind": "geographic"}),
        ("no_sender", {"sender_country": "US"}),
        ("opted_out", {"opted_out": False, "consent": "none"}),
        ("no_consent", {"consent": "opted_in"}),
        ("smart_sending", {"sent": ()}),
    ]
    for code, mend in mends:
        assert decide(worst, policy(smart_hours=24), NOW).code == code
        worst = worst._replace(**mend)
    assert decide(worst, policy(smart_hours=24), NOW).allowed


@pytest.mark.parametrize(("kind", "basis"), EXEMPT)
def test_exempt_kinds_need_no_consent_and_no_limit_binds_them(kind: str, basis: str) -> None:
    known = facts(*FULL, kind=kind, basis=basis, consent="none")
    assert decide(known, policy(smart_hours=24), NOW) == ("allowed", ())


@pytest.mark.parametrize(("kind", "basis"), EXEMPT)
def test_an_exemption_is_for_its_own_kind_only(kind: str, basis: str) -> None:
    others = {other for _, other in EXEMPT} - {basis}
    for other in (*others, None):
        known = facts(kind=kind, basis=other, consent="opted_in")
        assert decide(known, policy(), NOW).code == "no_consent"
    assert decide(facts(kind="campaign", basis=basis, consent="none"), policy(), NOW).code == (
        "no_consent"
    )


@pytest.mark.parametrize(("kind", "basis"), EXEMPT)
def test_an_opt_out_stops_every_kind_but_its_one_confirmation(kind: str, basis: str) -> None:
    known = facts(kind=kind, basis=basis, consent="opted_out", opted_out=True)
    assert decide(known, policy(), NOW).code == "opted_out"
    confirming = decide(known._replace(confirmation_due=True), policy(), NOW)
    assert confirming.code == ("allowed" if kind == "compliance_reply" else "opted_out")


def test_both_promotional_kinds_are_bound() -> None:
    for kind in ("campaign", "flow"):
        assert decide(facts(*FULL, kind=kind), policy(), NOW).code == "state_law"


@pytest.mark.parametrize(
    "unknown",
    [
        {"number_kind": None},
        {"country": None},
        {"country": ""},
        {"state": None},
        {"sender_country": None},
        {"consent": None},
        {"opted_out": None},
        {"sent": None},
        {"kind": "carrier_pigeon"},
    ],
)
def test_what_is_unknown_refuses(unknown: dict[str, Any]) -> None:
    assert decide(facts(**unknown), policy(smart_hours=24), NOW).code == "unknown_fact"


def test_every_kind_has_its_rule() -> None:
    """A kind added without one would be refused as unknown; say here what holds for it."""
    bound = {"campaign", "flow"} | {kind for kind, _ in EXEMPT}
    assert bound == set(Message.Kind.values)


@pytest.mark.parametrize("code", list(Code))
def test_every_code_has_a_sentence(code: Code) -> None:
    assert str(code.label).endswith(".")


def test_facts_and_policy_come_back_from_storage_as_they_were() -> None:
    import orjson

    known: Facts = facts(*FULL, zones=("America/New_York", "America/Chicago"))
    assert load_facts(orjson.loads(known.dump())) == known
    chosen = policy(smart_hours=24)
    assert load_policy(orjson.loads(orjson.dumps(chosen.dump()))) == chosen
