"""``manage.py import_optins``"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from consent.models import ConsentRecord, ImportJob, ImportRun
from tests.cast import Cast
from tests.consent.files import begin, numbers, table, upload

ATTESTED = (
    *("--user", "admin@acme.example", "--collected-by", "Acme shops"),
    *("--method", "Sign-up page", "--not-bought"),
)
TO = ("--workspace", "acme", "--purpose", "offers")


def said(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("import_optins", *arguments, "--json", stdout=out)
    result: dict[str, Any] = json.loads(out.getvalue())
    return result


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "optins.csv"
    path.write_text(table({}, {"answer": "no"}, {}, titles=None))
    return path


def test_it_imports_and_tells_the_counts(cast: Cast, file: Path) -> None:
    result = said(str(file), *TO, *ATTESTED)
    assert (result["rows_read"], result["accepted"]) == (3, 1)
    assert (result["already_known"], result["rejected"]) == (1, 1)
    assert result["reasons"] == {"answer_not_yes": 1, "already_known": 1}
    assert ConsentRecord.objects.get().purpose == cast.offers
    job = ImportJob.objects.get()
    assert (job.collected_by, job.collection_method) == ("Acme shops", "Sign-up page")
    assert job.attested_by is not None
    assert job.attested_by.email == "admin@acme.example"


def test_a_dry_run_needs_no_attestation_and_writes_no_consent(
    cast: Cast, file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "rejects.csv"
    result = said(str(file), *TO, "--dry-run", "--rejects", str(out))
    assert (result["dry_run"], result["accepted"], result["rejected"]) == (True, 1, 1)
    assert not ConsentRecord.objects.exists()
    assert "answer_not_yes" in out.read_text()


def test_it_says_the_counts_in_words(cast: Cast, file: Path) -> None:
    out = io.StringIO()
    call_command("import_optins", str(file), *TO, *ATTESTED, stdout=out)
    assert "Accepted 1 of 3 rows; already known 1, rejected 1." in out.getvalue()


def test_given_again_it_finishes_what_was_interrupted(cast: Cast, tmp_path: Path) -> None:
    content = table(*({"number": number} for number in numbers(10)))
    job = upload(cast, content)
    begin(job)
    path = tmp_path / "optins.csv"
    path.write_text(content)
    result = said(str(path), *TO, *ATTESTED)
    assert (result["import"], result["accepted"]) == (job.pk, 10)
    assert ImportJob.objects.count() == 1


def test_a_column_may_be_named(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "optins.csv"
    path.write_text(table({}).replace("number", "Anschluss", 1))
    assert said(str(path), *TO, "--dry-run", "--column", "number=Anschluss")["accepted"] == 1


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        (None, TO, "cannot be read"),
        ("", TO, "is empty"),
        ("a,b\n1,2\n", TO, "no column for the number"),
        ("PK\x03\x04", TO, "no CSV file"),
        ("number\n1\n", ("--workspace", "nobody", "--purpose", "Offers"), "There are: acme, rival"),
        ("number\n1\n", ("--workspace", "acmee", "--purpose", "Offers"), "Nearest: acme"),
        ("number\n1\n", ("--workspace", "acme", "--purpose", "Ofers"), "Nearest: Offers"),
        ("number\n1\n", (*TO, "--rejects", "/nowhere/x.csv"), "/nowhere/x.csv cannot be written"),
        ("number\n1\n", (*TO, "--time-zone", "Mars"), "no time zone"),
        ("number\n1\n", (*TO, "--column", "number=x"), "no column x"),
        ("number\n1\n", (*TO, "--column", "shoe=number"), "known field"),
    ],
)
def test_what_it_cannot_do_it_says_in_one_line(
    cast: Cast, tmp_path: Path, content: str | None, arguments: tuple[str, ...], message: str
) -> None:
    path = tmp_path / "optins.csv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(CommandError, match=message) as refused:
        call_command("import_optins", str(path), *arguments, "--dry-run")
    assert "\n" not in str(refused.value)
    assert not ImportRun.objects.exists()


def test_rejects_that_cannot_be_written_stop_the_import_before_it_begins(
    cast: Cast, file: Path, tmp_path: Path
) -> None:
    for path, message in ((tmp_path, "cannot be written"), (file, "name another one")):
        with pytest.raises(CommandError, match=message):
            call_command("import_optins", str(file), *TO, *ATTESTED, "--rejects", str(path))
    assert not ConsentRecord.objects.exists()
    assert file.stat().st_size > 0


def test_rejects_of_last_time_stay_until_there_are_new_ones(
    cast: Cast, file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "rejects.csv"
    out.write_text("kept")
    with pytest.raises(CommandError):
        call_command("import_optins", str(file), *TO, "--rejects", str(out))
    assert out.read_text() == "kept"
    call_command("import_optins", str(file), *TO, *ATTESTED, "--rejects", str(out))
    assert "kept" not in out.read_text()


def test_a_directory_is_no_file(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_optins", str(tmp_path), *TO, "--dry-run")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "--user"),
        (("--user", "nobody@acme.example"), "no user"),
        (("--user", "coordinator@acme.example"), "may not import"),
        (("--user", "admin@rival.example"), "may not import"),
        (ATTESTED[:-1], "--not-bought"),
        (ATTESTED[:2], "--collected-by"),
    ],
)
def test_nobody_imports_without_answering_for_it(
    cast: Cast, file: Path, arguments: tuple[str, ...], message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("import_optins", str(file), *TO, *arguments)
    assert not ConsentRecord.objects.exists()
