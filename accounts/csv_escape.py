"""CSV exports: line by line, with cells that no spreadsheet takes for a formula."""

from __future__ import annotations

import re

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
# What makes Excel, LibreOffice or Google Sheets compute a cell, full-width forms included.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


class Echo:
    """A file for `csv.writer` that hands each line straight back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def inert(cell: str) -> str:
    """``cell`` as it may stand in an export: with an apostrophe before what could be a formula.

    Leading spaces hide nothing. A number in E.164 keeps its plus sign as it is, so that an export
    can be imported again.
    """
    if _E164.fullmatch(cell):
        return cell
    if cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA):
        return "'" + cell
    return cell
