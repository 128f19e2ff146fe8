"""A chunk of an import file, applied with a handful of statements whatever its size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connection

from consent.locks import lock_contacts


class OptIn(NamedTuple):
    """One row of a file that passed every check of its own; texts as COPY takes them.

    ``occurred_at`` is ISO 8601 with its offset; ``wording_id`` is digits, or empty for none.
    """

    row: str
    number: str
    country: str
    state: str
    area_code: str
    first_name: str
    last_name: str
    source: str
    occurred_at: str
    wording_id: str
    wording_text: str
    collector: str
    place: str


@dataclass(frozen=True, slots=True)
class Occasion:
    """What all rows of a file have in common."""

    workspace_id: int
    purpose_id: int
    job_id: int
    recorded_by_id: int | None


@dataclass(slots=True)
class ChunkVerdicts:
    """Row numbers; together they are the rows given."""

    accepted: list[int] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    opted_out: list[int] = field(default_factory=list)


def apply_import_chunk(
    *, occasion: Occasion, rows: Sequence[OptIn], dry_run: int | None = None
) -> ChunkVerdicts:
    """Write the opt-ins of ``rows`` that are new, in the caller's transaction, and say which.

    Contacts are made and locked in number order. Someone who opted out is never brought back. An
    event that is on record already, or stands in the file twice, is already known. With
    ``dry_run``, the id of the run, the verdicts are the same and no consent is written.
    """
    verdicts = ChunkVerdicts()
    if not rows:
        return verdicts
    _stage(rows)
    workspace = {"workspace": occasion.workspace_id}
    fresh_rows = _execute(_MAKE_CONTACTS, workspace) if dry_run is None else 0
    # Nobody else sees the fresh contacts yet; the others may be in other hands.
    familiar = set(_numbers(_FIND_CONTACTS, workspace)) if fresh_rows < len(rows) else set()
    if familiar:
        if dry_run is None:
            lock_contacts(sorted(familiar))
        verdicts.opted_out = _numbers(_TAKE_OPTED_OUT, {"purpose": occasion.purpose_id})
    if dry_run is None:
        if familiar:
            _execute(_FILL_NAMES, {})
        verdicts.accepted = _numbers(_ADD_RECORDS, _parameters(occasion))
    else:
        parameters = {"purpose": occasion.purpose_id, "run": dry_run}
        _execute(_TAKE_KNOWN, parameters)
        verdicts.accepted = _numbers(_ADD_EVENTS, parameters)
    settled = set(verdicts.accepted)
    settled.update(verdicts.opted_out)
    if len(settled) < len(rows):
        verdicts.known = [row for each in rows if (row := int(each.row)) not in settled]
    return verdicts


_STAGE = """
CREATE TEMP TABLE IF NOT EXISTS consent_import_stage (
    "row" integer, number text, country text, state text, area_code text,
    first_name text, last_name text, source text, occurred_at timestamptz,
    wording_id bigint, wording_text text, collector text, place text, contact_id bigint
) ON COMMIT DELETE ROWS
"""
_COPY = """
COPY consent_import_stage (
    "row", number, country, state, area_code, first_name, last_name, source, occurred_at,
    wording_id, wording_text, collector, place
) FROM STDIN
"""
_MAKE_CONTACTS = """
WITH made AS (
    INSERT INTO consent_contact
        (workspace_id, number, first_name, last_name, country, state, area_code)
    SELECT DISTINCT ON (number)
        %(workspace)s, number, first_name, last_name, country, state, area_code
    FROM consent_import_stage
    ORDER BY number, "row"
    ON CONFLICT (workspace_id, number) DO NOTHING
    RETURNING id, number
)
UPDATE consent_import_stage s SET contact_id = made.id FROM made WHERE made.number = s.number
"""
_FIND_CONTACTS = """
UPDATE consent_import_stage s SET contact_id = c.id
FROM consent_contact c
WHERE c.workspace_id = %(workspace)s AND c.number = s.number AND s.contact_id IS NULL
RETURNING c.id
"""
_TAKE_OPTED_OUT = """
DELETE FROM consent_import_stage s
USING consent_contact c
LEFT JOIN consent_consentstate t ON t.purpose_id = %(purpose)s AND t.contact_id = c.id
WHERE c.id = s.contact_id AND (c.opted_out_at IS NOT NULL OR t.status = 'opted_out')
RETURNING s."row"
"""
_ADD_RECORDS = """
WITH added AS (
    INSERT INTO consent_consentrecord
        (workspace_id, contact_id, purpose_id, kind, source, occurred_at, wording_id, wording_text,
         answer, collector, place, detail, proof, proof_sha256, recorded_by_id, import_job_id,
         import_row)
    SELECT %(workspace)s, contact_id, %(purpose)s, 'opt_in', source, occurred_at, wording_id,
           wording_text, 'yes', collector, place, '', '', '', %(recorded_by)s, %(job)s, "row"
    FROM consent_import_stage
    ORDER BY "row"
    ON CONFLICT (contact_id, purpose_id, kind, source, occurred_at) DO NOTHING
    RETURNING id, contact_id, occurred_at, import_row
), counted AS (
    INSERT INTO consent_consentstate AS known
        (workspace_id, contact_id, purpose_id, status, opted_in_at, record_id)
    SELECT DISTINCT ON (contact_id)
        %(workspace)s, contact_id, %(purpose)s, 'opted_in', occurred_at, id
    FROM added
    ORDER BY contact_id, occurred_at DESC, id
    ON CONFLICT (purpose_id, contact_id) DO UPDATE
        SET opted_in_at = EXCLUDED.opted_in_at, record_id = EXCLUDED.record_id
        WHERE known.status = 'opted_in' AND known.opted_in_at < EXCLUDED.opted_in_at
)
SELECT import_row FROM added
"""
# A name is filled in where there was none; what someone wrote by hand stays.
_FILL_NAMES = """
UPDATE consent_contact c SET first_name = s.first_name, last_name = s.last_name
FROM (
    SELECT DISTINCT ON (contact_id) contact_id, first_name, last_name
    FROM consent_import_stage
    WHERE first_name <> '' OR last_name <> ''
    ORDER BY contact_id, "row"
) s
WHERE c.id = s.contact_id AND c.first_name = '' AND c.last_name = ''
"""
_TAKE_KNOWN = """
DELETE FROM consent_import_stage s
USING consent_consentrecord r
WHERE r.contact_id = s.contact_id AND r.purpose_id = %(purpose)s AND r.kind = 'opt_in'
  AND r.source = s.source AND r.occurred_at = s.occurred_at
"""
_ADD_EVENTS = """
INSERT INTO consent_importevent (run_id, event, "row")
SELECT %(run)s, md5(number || source || extract(epoch FROM occurred_at))::uuid, "row"
FROM consent_import_stage
ORDER BY "row"
ON CONFLICT (run_id, event) DO NOTHING
RETURNING "row"
"""


def _stage(rows: Iterable[OptIn]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        # A chunk before this one may stand there still, when the caller's transaction goes on.
        cursor.execute("DELETE FROM consent_import_stage")
        with cursor.copy(_COPY) as copy:
            copy.write("".join(map(_line, rows)))


_NEEDS_ESCAPE = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _line(row: OptIn) -> str:
    """One line of COPY's text format; only the wording id may be NULL."""
    if not row.wording_id:
        row = row._replace(wording_id="\0")
    line = "\t".join(row)
    if "\\" in line or "\n" in line or "\r" in line or line.count("\t") != len(row) - 1:
        line = "\t".join(cell.translate(_NEEDS_ESCAPE) for cell in row)
    return line.replace("\0", "\\N") + "\n"


def _parameters(occasion: Occasion) -> dict[str, int | None]:
    return {
        "workspace": occasion.workspace_id,
        "purpose": occasion.purpose_id,
        "job": occasion.job_id,
        "recorded_by": occasion.recorded_by_id,
    }


def _execute(statement: str, parameters: dict[str, int | None] | dict[str, int]) -> int:
    """How many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        changed: int = cursor.rowcount
    return changed


def _numbers(statement: str, parameters: dict[str, int | None] | dict[str, int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [number for (number,) in cursor.fetchall()]
