"""The journal: written once, read by everyone of the workspace, changed by nobody."""

from __future__ import annotations

import csv
from io import StringIO

import pgtrigger
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client

from accounts import journal
from accounts.models import JournalEntry
from accounts.roles import Role
from tests.cast import Cast


@pytest.fixture
def entry(cast: Cast) -> JournalEntry:
    return journal.record(
        workspace=cast.acme,
        actor=cast.members[Role.ADMIN],
        kind=JournalEntry.Kind.STATE_LAW,
        old="on",
        new="off",
        reason='=HYPERLINK("http://evil.example")',
    )


def test_nobody_changes_or_deletes_an_entry_by_the_orm(entry: JournalEntry) -> None:
    entry.reason = "Another"
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        entry.save()
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        JournalEntry.objects.update(reason="Another")
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        entry.delete()
    assert JournalEntry.objects.get().reason.startswith("=HYPERLINK")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE accounts_journalentry SET reason = 'x'", "DELETE FROM accounts_journalentry"],
)
def test_nor_by_sql(entry: JournalEntry, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="Cannot"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert JournalEntry.objects.count() == 1


def test_nor_by_truncating(entry: JournalEntry) -> None:
    with connection.cursor() as cursor:
        # What is deferred to the commit would keep the table from being altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    pgtrigger.enable("accounts.JournalEntry:journal_is_never_truncated")
    with (
        pytest.raises(DatabaseError, match="never truncated"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE accounts_journalentry CASCADE")
    assert JournalEntry.objects.count() == 1


def test_an_entry_without_a_reason_is_refused_by_the_database_too(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="journal_entry_has_a_reason"), transaction.atomic():
        JournalEntry.objects.create(
            workspace=cast.acme,
            actor=cast.members[Role.ADMIN],
            kind=JournalEntry.Kind.ROLE,
            reason=" \n",
        )


@pytest.mark.parametrize("who", ["owner", "superuser"])
def test_no_page_changes_it(cast: Cast, client: Client, entry: JournalEntry, who: str) -> None:
    client.force_login(cast.staff if who == "superuser" else cast.members[Role.OWNER])
    base = "/admin/accounts/journalentry/"
    assert client.get(f"{base}{entry.pk}/change/").status_code == 200
    for page in ("add/", f"{entry.pk}/delete/"):
        assert client.post(f"{base}{page}", {"post": "yes"}).status_code == 403
    assert client.post(f"{base}{entry.pk}/change/", {"reason": "x"}).status_code == 403
    client.post(base, {"action": "delete_selected", "_selected_action": entry.pk, "post": "yes"})
    assert JournalEntry.objects.count() == 1


def test_it_is_filtered_and_searched(cast: Cast, client: Client, entry: JournalEntry) -> None:
    client.force_login(cast.members[Role.ANALYST])
    base = "/admin/accounts/journalentry/"
    assert "HYPERLINK" in client.get(base, {"q": "evil"}).content.decode()
    assert "HYPERLINK" in client.get(base, {"kind__exact": "state_law"}).content.decode()
    assert "HYPERLINK" not in client.get(base, {"kind__exact": "rate"}).content.decode()
    assert "HYPERLINK" not in client.get(base, {"q": "nothing like it"}).content.decode()


def test_the_export_is_the_workspaces_own_and_inert(
    cast: Cast, client: Client, entry: JournalEntry
) -> None:
    journal.record(
        workspace=cast.rival,
        actor=cast.rivals[Role.OWNER],
        kind=JournalEntry.Kind.RATE,
        old="3",
        new="300",
        reason="Rival's secret",
    )
    client.force_login(cast.members[Role.ANALYST])
    answer = client.get("/admin/accounts/journalentry/export/")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    [row] = csv.DictReader(StringIO(text))
    assert row["who"] == "admin@acme.example"
    assert row["reason"] == '\'=HYPERLINK("http://evil.example")'
    assert (row["what"], row["from"], row["to"]) == ("state_law", "on", "off")
