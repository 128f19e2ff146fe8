"""Rejects come back as a CSV that can be corrected, opened safely, and imported again."""

from __future__ import annotations

import csv
import io

import pytest

from consent.imports.rejects import all_rows, rejects
from consent.models import ConsentRecord, ImportRun
from tests.cast import Cast
from tests.consent.files import TITLES, check, counts, go, numbers, table, upload


def parsed(parts: object, delimiter: str = ",") -> list[dict[str, str]]:
    text = "".join(parts)  # type: ignore[arg-type]
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter))


def test_the_rejects_have_their_cells_their_row_and_their_reason(cast: Cast) -> None:
    run = go(upload(cast, table({}, {"number": "12"}, {"answer": "no", "first name": "Bo"})))
    found = parsed(rejects(run))
    assert [row["tollgate row"] for row in found] == ["3", "4"]
    assert [row["tollgate reason"] for row in found] == ["number_too_short", "answer_not_yes"]
    assert "Row 4" in found[1]["tollgate advice"]
    assert (found[1]["first name"], found[1]["place"]) == ("Bo", "https://shop.example/join")


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_corrected_rejects_are_imported_again(cast: Cast, delimiter: str) -> None:
    rows = [{"number": number} for number in numbers(20)]
    for row in rows[::2]:
        row["answer"] = "no"
    run = go(upload(cast, table(*rows, delimiter=delimiter)))
    assert counts(run) == (20, 10, 0, 10)
    text = "".join(rejects(run)).replace(f"{delimiter}no{delimiter}", f"{delimiter}yes{delimiter}")
    job = upload(cast, text)
    assert job.unknown_columns == []
    again = go(job)
    assert counts(again) == (10, 10, 0, 0)
    assert ConsentRecord.objects.count() == 20


@pytest.mark.parametrize("mark", ["=", "+", "-", "@", "\t", "\r"])
def test_formulas_are_inert_and_numbers_keep_their_plus(cast: Cast, mark: str) -> None:
    formula = mark + "HYPERLINK(1)"
    run = check(upload(cast, table({"answer": "no", "last name": formula, "place": mark + "1+1"})))
    row = parsed(rejects(run))[0]
    assert row["number"] == "+13055550123"
    assert row["last name"] == "'" + formula
    assert row["place"].startswith("'")
    # Read again it is the old text, and exported again it has one apostrophe, not two.
    again = check(upload(cast, "".join(rejects(run))))
    assert parsed(rejects(again))[0]["last name"] == "'" + formula
    accepted = go(upload(cast, "".join(rejects(run)).replace(",no,", ",yes,")))
    assert counts(accepted) == (1, 1, 0, 0)
    assert ConsentRecord.objects.get().place == (mark + "1+1").strip()


def test_every_row_has_its_verdict_in_the_full_list(cast: Cast) -> None:
    run = go(upload(cast, table({}, {}, {"answer": "no"})), chunk=2)
    assert [row["tollgate verdict"] for row in parsed(all_rows(run))] == [
        *("accepted", "Already known", "Rejected")
    ]


def test_without_rejects_only_the_titles_remain(cast: Cast) -> None:
    run = go(upload(cast, table({})))
    text = "".join(rejects(run))
    assert text.startswith("\ufeff" + ",".join(TITLES))
    assert text.count("\n") == 1
    assert isinstance(run, ImportRun)
