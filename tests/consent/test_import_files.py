"""What kinds of files are read, and how their columns are found."""

from __future__ import annotations

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from consent.imports import jobs
from consent.imports.columns import FIELDS, guess
from consent.imports.reading import Record, records
from consent.imports.sniff import encoding_of
from consent.models import ConsentRecord, Contact, ImportJob
from tests.cast import Cast
from tests.consent.files import GOOD, counts, go, table, upload

ENGLISH = (
    "Mobile Number;First Name;Last Name;Opt-in Source;Consent time;Answer;"
    "Wording ID;Collected by;Location"
)
GERMAN = "Handynummer;Vorname;Nachname;Quelle;Zeitpunkt;Antwort;Wortlaut;Erfasst von;Ort"
PORTUGUESE = (
    "Número de telefone;Nome;Sobrenome;Origem;Data e hora;Resposta;Texto;Coletado por;Local"
)


@pytest.mark.parametrize("titles", [ENGLISH, GERMAN, PORTUGUESE])
def test_titles_are_known_in_three_languages(titles: str) -> None:
    found = guess(titles.split(";"))
    order = "number first_name last_name source occurred_at answer wording collector place"
    assert found == {field: index for index, field in enumerate(order.split())}
    assert set(found) == set(FIELDS)


def test_of_two_columns_with_one_meaning_the_first_counts_and_the_other_is_reported(
    cast: Cast,
) -> None:
    job = upload(cast, table(titles=["number", "phone", "favourite colour", "source"]))
    assert job.mapping == {"number": 0, "source": 3}
    assert job.unknown_columns == ["phone", "favourite colour"]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_encoding_and_delimiter_gives_the_same_records(
    cast: Cast, encoding: str, delimiter: str
) -> None:
    text = table(
        {"first name": "Jürgen", "last name": "Gonçalves", "place": "Köln, am Dom; links"},
        delimiter=delimiter,
    )
    run = go(upload(cast, text.encode(encoding)))
    assert counts(run) == (1, 1, 0, 0)
    person = Contact.objects.get(workspace=cast.acme)
    assert person.name == "Jürgen Gonçalves"
    assert ConsentRecord.objects.get().place == "Köln, am Dom; links"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\n\r\n  \n", "file_empty"),
        (b"\xef\xbb\xbf", "file_empty"),
        (b"PK\x03\x04 an Excel workbook", "file_unreadable"),
        (b"number\n\x81\x8d\x8f", "file_unreadable"),
    ],
)
def test_what_is_no_list_is_refused_with_its_reason(cast: Cast, content: bytes, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        upload(cast, content)
    assert refused.value.code == code
    assert not ImportJob.objects.exists()


def test_a_multibyte_character_on_the_border_of_two_parts_is_read() -> None:
    text = "a" * ((1 << 20) - 1) + "ü" * 10
    assert encoding_of(io.BytesIO(text.encode())) == "utf-8"


def test_the_name_of_the_file_is_kept_without_its_directories(cast: Cast) -> None:
    job = jobs.create(
        workspace=cast.acme,
        purpose=cast.offers,
        file=ContentFile(table().encode(), name="x"),
        name="../../etc/passwd.csv",
    )
    assert job.file_name == "passwd.csv"
    assert str(job.file.name).startswith("imports/")
    assert len(job.sha256) == 64


def read(text: str, columns: int = 2, after: int = 1) -> list[Record]:
    file = io.BytesIO(text.encode())
    return list(records(file, encoding="utf-8", delimiter=",", columns=columns, after=after))


def test_rows_count_as_in_a_spreadsheet_and_blank_ones_are_no_records() -> None:
    rows = read("\n\na,b\r\n1,2\r\n\r\n,\r\n3,4\n5")
    assert [(row.row, row.cells) for row in rows] == [
        (2, ["1", "2"]),
        (5, ["3", "4"]),
        (6, ["5", ""]),
    ]


def test_reading_on_after_a_row_gives_what_is_left() -> None:
    text = "a,b\n" + "".join(f"{n},x\n\n" for n in range(50))
    everything = read(text)
    for record in everything:
        assert read(text, after=record.row) == everything[everything.index(record) + 1 :]


def test_a_cell_may_hold_line_breaks_and_the_delimiter() -> None:
    assert read('a,b\n"one\ntwo, three",2\n')[0].cells == ["one\ntwo, three", "2"]


def test_an_open_quotation_mark_is_named_with_its_lines_and_swallows_no_more() -> None:
    rows = read('a,b\n1,2\n"3,4\n5,6\n7,8"\n9,10\n')
    assert [(row.row, row.problem) for row in rows] == [(2, ""), (3, "row_quote_open"), (4, "")]
    assert rows[1].lines == "3-5"
    assert rows[2].cells == ["9", "10"]
    endless = read('a,b\n1,2\n"3,4\n' + "5,6\n" * 40_000 + "7,8\n")
    assert endless[1].problem == "row_quote_open"
    assert endless[-1].cells == ["7", "8"]


def test_more_cells_than_titles_is_a_problem_unless_they_are_empty() -> None:
    assert [row.problem for row in read("a,b\n1,2,3\n1,2,,\n")] == ["row_too_many_cells", ""]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"mapping": {"source": 1}}, "number_column_missing"),
        ({"mapping": {"number": 99}}, "column_unknown"),
        ({"mapping": {"number": 0, "shoe": 1}}, "column_unknown"),
        ({"mapping": {"number": 0, "place": 0}}, "column_twice"),
        ({"time_zone": "Mars/Olympus"}, "time_zone_unknown"),
        ({"time_zone": "../etc/passwd"}, "time_zone_unknown"),
        ({"time_zone": ""}, "time_zone_unknown"),
        ({"date_order": "ymd"}, "date_order_unknown"),
    ],
)
def test_columns_that_make_no_sense_are_refused(
    cast: Cast, change: dict[str, object], code: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        upload(cast, table(GOOD), **change)
    assert refused.value.code == code
