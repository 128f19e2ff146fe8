"""What ends an import badly is said in a sentence, without a place on disk or anyone's data."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from consent.models import ConsentRecord, ImportJob
from tests.cast import Cast
from tests.consent.files import check, counts, go, many, numbers, table, upload

GONE = "The file of this import is no longer there. Upload it again."


def take_away(job: ImportJob) -> None:
    Path(job.file.path).unlink()


def test_a_file_that_has_gone_ends_the_run_as_failed(cast: Cast) -> None:
    job = upload(cast, many(10))
    take_away(job)
    run = go(job)
    assert (run.status, counts(run), run.error) == ("failed", (0, 0, 0, 0), GONE)


def test_a_file_that_is_a_directory_now_is_named_without_its_place(cast: Cast) -> None:
    job = upload(cast, many(10))
    take_away(job)
    Path(job.file.path).mkdir()
    run = go(job)
    assert run.error == "The file of this import cannot be read: Is a directory."


def test_a_file_that_was_changed_on_disk_is_said_to_be(cast: Cast) -> None:
    job = upload(cast, table({"first name": "Ana"}))
    Path(job.file.path).write_bytes(table({"first name": "Ána"}).encode("latin-1"))
    run = go(job)
    assert run.error == "The file of this import has changed since its upload. Upload it again."


def test_pages_and_downloads_of_a_file_that_has_gone_say_so(cast: Cast, admin: Client) -> None:
    job = upload(cast, table({"answer": "no"}))
    check(job)
    take_away(job)
    shown = reverse("admin:consent_importjob_change", args=[job.pk])
    for name in ("columns", "rejects", "verdicts", "file"):
        address = reverse(f"admin:consent_importjob_{name}", args=[job.pk])
        answer = admin.get(address, follow=True)
        assert answer.redirect_chain == [(shown, 302)]
        assert GONE in answer.content.decode(), name


def test_a_row_that_the_database_refuses_is_not_quoted(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    job = upload(cast, table(*({"number": each} for each in numbers(20))))
    refused = numbers(20)[15]
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE consent_contact ADD CONSTRAINT test_refuses CHECK (number <> %s)",
            [refused],
        )
    with caplog.at_level(logging.ERROR, logger="consent"):
        run = go(job, chunk=5)
    assert (run.status, run.rows_read, ConsentRecord.objects.count()) == ("failed", 15, 15)
    assert "after row 16." in run.error
    assert refused[2:] not in run.error + caplog.text
    assert "CheckViolation 23514 consent_contact test_refuses" in caplog.text


def test_the_command_says_it_in_one_line(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "optins.csv"
    path.write_text(table({}))
    to = ("--workspace", "acme", "--purpose", "Offers")
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE consent_contact ADD CONSTRAINT test_refuses CHECK (number = '')"
        )
    with pytest.raises(CommandError, match="refused a row") as refused:
        call_command(
            *("import_optins", str(path), *to, "--user", "admin@acme.example"),
            *("--collected-by", "Kim", "--method", "Page", "--not-bought"),
        )
    assert "\n" not in str(refused.value)
