"""docs/gate.md tells the truth: every code in its order, and how a decision is repeated."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest
from django.conf import settings

from sending.gate.codes import Code
from sending.law.statutes import STATUTES
from sending.models import Decision, PolicySnapshot
from tests.sending.gate.values import HOUR, at, facts, policy

if TYPE_CHECKING:
    from tests.cast import Cast

PAGE = (Path(settings.BASE_DIR) / "docs/gate.md").read_text(encoding="utf-8")
NOW = at("2026-03-05 10:00")


def test_the_codes_stand_there_in_the_order_of_the_rules() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    # The page ends with what passes; a text that cannot be made comes after the gate.
    assert [*rows[-1:], *rows[:-1], "bad_text"] == [code.value for code in Code]
    assert "`bad_text`" in PAGE


def test_the_laws_stand_there_with_their_first_day_and_source() -> None:
    for _state, starts_on, on, citation, _source in STATUTES:
        (row,) = [line for line in PAGE.splitlines() if citation in line]
        assert f"| {starts_on} | {'by default' if on else 'when switched on'} |" in row


@pytest.mark.django_db
def test_the_way_to_repeat_a_decision_works(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    held = policy(smart_hours=None)
    snapshot = PolicySnapshot.objects.create(workspace=cast.acme, digest="0" * 64, body=held.dump())
    known = facts(NOW - HOUR, NOW - 2 * HOUR, NOW - 3 * HOUR)
    Decision.objects.create(
        workspace=cast.acme,
        message_id=1,
        contact_id=1,
        policy=snapshot,
        at=NOW,
        allowed=False,
        code=Code.STATE_LAW,
        limits_hit=Code.STATE_LAW,
        facts=orjson.loads(known.dump()),
    )
    (code,) = re.findall(r"(?:^ {4}.*\n|^\n(?= {4}))+", PAGE, re.MULTILINE)
    exec(re.sub(r"^ {4}", "", code, flags=re.MULTILINE), {})
    assert capsys.readouterr().out == "state_law state_law\n"
