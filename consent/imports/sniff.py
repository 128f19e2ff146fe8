"""What kind of file it is: encoding, delimiter, titles. Refuses what is no readable list."""

from __future__ import annotations

import codecs
import csv
from typing import IO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from consent.imports.columns import guess

PART = 1 << 20
DELIMITERS = ",;\t"
TITLES_AT_MOST = 200


def encoding_of(file: IO[bytes]) -> str:
    """The Python name of the file's encoding; the whole file is read, in parts.

    UTF-8 with or without BOM, UTF-16 with BOM or recognised by its zero bytes, else Windows-1252.
    Raises `ValidationError` (``file_empty``, ``file_unreadable``).
    """
    file.seek(0)
    start = file.read(4096)
    if not start:
        raise ValidationError(_("The file is empty."), code="file_empty")
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise ValidationError(
            _("This is no CSV file. Save the sheet as “CSV UTF-8” and upload that."),
            code="file_unreadable",
        )
    if start.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif 4 * max(start[0::2].count(0), start[1::2].count(0)) > len(start) // 2:
        # Every other byte of Western text in UTF-16 is zero; a stray zero is a mere mistake.
        odd = start[1::2].count(0)
        candidates = ["utf-16-le" if odd > start[0::2].count(0) else "utf-16-be"]
    else:
        candidates = ["utf-8", "cp1252"]
    for encoding in candidates:
        if _decodes(file, encoding):
            return encoding
    raise ValidationError(
        _("The file is neither UTF-8, UTF-16 nor Windows-1252. Save it as “CSV UTF-8”."),
        code="file_unreadable",
    )


def _decodes(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while part := file.read(PART):
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def titles_of(file: IO[bytes], encoding: str) -> tuple[str, list[str]]:
    """The delimiter and the titles of the columns.

    The delimiter is the one under which most titles are known, else the one that makes most
    columns. Raises `ValidationError` (``file_empty``, ``header_unreadable``).
    """
    file.seek(0)
    text = codecs.getincrementaldecoder(encoding)().decode(file.read(PART))
    lines = text.lstrip("\r\n").splitlines(keepends=True)[:50]
    if not "".join(lines).strip():
        raise ValidationError(_("The file is empty."), code="file_empty")

    def titles(delimiter: str) -> list[str]:
        try:
            first = next(csv.reader(lines, delimiter=delimiter))
        except (csv.Error, StopIteration):
            return []
        return [title.strip() for title in first]

    best = max(DELIMITERS, key=lambda mark: (len(guess(titles(mark))), len(titles(mark))))
    header = titles(best)
    if not any(header) or len(header) > TITLES_AT_MOST:
        raise ValidationError(
            _("The first line must hold the titles of the columns."), code="header_unreadable"
        )
    return best, [title[:200] for title in header]
