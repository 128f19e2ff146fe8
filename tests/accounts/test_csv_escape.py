"""A cell that looks like a formula stays inert in our exports; numbers keep their plus sign."""

from __future__ import annotations

import csv
import io

import pytest

from accounts.csv_escape import inert


@pytest.mark.parametrize(
    "cell",
    [
        '=HYPERLINK("http://evil.example","click")',
        "==1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1:A9)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "  =1+1",
        "\u00a0=1+1",
        "＝1+1",
        "+12395550123=1",
        "+12395550123\n",
        "+0123456789",
        "+1239",
        "-",
    ],
)
def test_what_a_spreadsheet_would_compute_gets_an_apostrophe(cell: str) -> None:
    assert inert(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["+12395550123", "+4915112345678", "", "Ann", "a=b", "'=1", "12"])
def test_everything_else_stays_as_it_is(cell: str) -> None:
    assert inert(cell) == cell


def test_an_escaped_cell_survives_a_csv_file_unchanged() -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerow([inert("\r=1+1"), inert("+12395550123")])
    file.seek(0)
    assert next(csv.reader(file)) == ["'\r=1+1", "+12395550123"]
