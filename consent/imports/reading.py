"""Goes through a file record by record, in bounded memory, the same way every time."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from _csv import Reader

# Lines that one record may span before its quotation marks are taken for a mistake.
LINES_AT_MOST = 60


class Record(NamedTuple):
    """``row`` counts as a spreadsheet does, titles and blank lines included, from 1.

    ``lines`` names the lines of the file that a row with a problem takes up.
    """

    row: int
    cells: list[str]
    problem: str = ""
    lines: str = ""


def records(
    file: IO[bytes], *, encoding: str, delimiter: str, columns: int, after: int = 1
) -> Iterator[Record]:
    """The records that follow row ``after``; blank ones are no records but do count as rows.

    Cells lack none: short records are filled up to ``columns``. A record that cannot be trusted
    comes with its problem (``row_too_many_cells``, ``row_quote_open``).
    """
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        # csv's own limit of a cell (131,072) ends a quotation mark that is never closed.
        yield from _numbered(csv.reader(text, delimiter=delimiter), columns, after)
    finally:
        # The file is the caller's to close, who may have done so already.
        with suppress(ValueError):
            text.detach()


def _numbered(reader: Reader, columns: int, after: int) -> Iterator[Record]:
    row, line = 0, 0
    started = False
    while True:
        problem = ""
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells, problem = [], "row_quote_open"
        begin, line = line + 1, reader.line_num
        lines = line - begin + 1
        # Blank lines before the titles are no rows of the sheet.
        if not started and not cells and not problem:
            continue
        started = True
        row += 1
        if row <= after:
            continue
        if not problem and not any(cells):
            continue
        if len(cells) != columns or problem or lines > 1:
            problem = problem or _shape_problem(cells, columns, lines)
            cells += [""] * (columns - len(cells))
        yield Record(row, cells, problem, f"{begin}-{line}" if problem else "")


def _shape_problem(cells: list[str], columns: int, lines: int) -> str:
    if lines > LINES_AT_MOST or (lines > 1 and len(cells) != columns):
        return "row_quote_open"
    if any(cells[columns:]):
        return "row_too_many_cells"
    return ""
