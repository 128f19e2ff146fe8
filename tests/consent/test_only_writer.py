"""Consent records and states are written in `consent.ledger` and nowhere else."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import Error, transaction

from consent.models import ConsentRecord, ConsentState
from tests.cast import Cast, contact, opted_in

ROOMS = ("accounts", "consent", "sending", "config")
TABLES = {"ConsentRecord", "ConsentState"}
WRITES = {
    *("create", "acreate", "update", "aupdate", "delete", "adelete", "get_or_create"),
    *("update_or_create", "bulk_create", "bulk_update", "save", "_raw_delete"),
}
WRITING_SQL = re.compile(
    r"(insert\s+into|update|delete\s+from|truncate|copy)\s+\"?consent_consent(record|state)", re.I
)


def sources() -> list[Path]:
    base = Path(settings.BASE_DIR)
    return [
        path
        for room in ROOMS
        for path in (base / room).rglob("*.py")
        if "migrations" not in path.parts and base / "consent" / "ledger" not in path.parents
    ]


def writes_in(source: str) -> list[int]:
    """Lines that make, change or delete a record or state, by the ORM or by SQL."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and WRITING_SQL.search(str(node.value)):
            found.append(node.lineno)
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in TABLES:
            found.append(node.lineno)
        if isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            names = {each.id for each in ast.walk(node.func) if isinstance(each, ast.Name)}
            if names & TABLES:
                found.append(node.lineno)
    return found


def test_nothing_but_the_ledger_writes_records_or_states() -> None:
    offenders = {
        f"{path}:{line}"
        for path in sources()
        for line in writes_in(path.read_text(encoding="utf-8"))
    }
    assert offenders == set()


@pytest.mark.parametrize(
    "source",
    [
        "ConsentRecord(kind='opt_in').save()",
        "ConsentState.objects.filter(pk=1).update(status='opted_in')",
        "ConsentRecord.objects.create()",
        "cursor.execute('INSERT INTO consent_consentrecord VALUES (1)')",
        "cursor.execute('update consent_consentstate set status = 1')",
    ],
)
def test_the_search_finds_what_it_looks_for(source: str) -> None:
    assert set(writes_in(source)) == {1}


def test_the_ledger_itself_is_found_by_the_search() -> None:
    ledger = Path(settings.BASE_DIR) / "consent" / "ledger"
    assert all(writes_in((ledger / name).read_text()) for name in ("by_hand.py", "chunk.py"))


def test_the_database_refuses_a_record_across_workspaces(cast: Cast) -> None:
    person = contact(cast.acme, "+13055550123")
    fields = {"contact": person, "kind": "opt_in", "source": "web_form", "answer": "yes"}
    at = "2026-01-01T00:00:00Z"
    for crossing in (
        {"workspace": cast.rival, "purpose": cast.offers},
        {"workspace": cast.acme, "purpose": cast.rival_offers},
        {"workspace": cast.acme, "purpose_id": 0},
        {"workspace": cast.acme, "purpose": cast.offers, "contact_id": 0, "contact": None},
    ):
        given = {**fields, **crossing}
        if "contact_id" in given:
            del given["contact"]
        with pytest.raises(Error, match="its workspace does not have"), transaction.atomic():
            ConsentRecord.objects.create(occurred_at=at, **given)


def test_the_database_refuses_a_state_across_workspaces(cast: Cast) -> None:
    person = opted_in(cast.offers, "+13055550123")
    stranger = opted_in(cast.rival_offers, "+13055550123")
    record = ConsentRecord.objects.get(contact=person)
    for crossing in (
        {"workspace": cast.rival, "contact": stranger, "purpose": cast.offers},
        {"workspace": cast.acme, "contact": contact(cast.acme, "+13055550124")},
    ):
        given = {"purpose": cast.offers, **crossing}
        with pytest.raises(Error, match="its workspace does not have"), transaction.atomic():
            ConsentState.objects.create(
                status="opted_in", opted_in_at=record.occurred_at, record=record, **given
            )
    with pytest.raises(Error, match="keeps its contact"), transaction.atomic():
        ConsentState.objects.filter(contact=person).update(contact=stranger)
