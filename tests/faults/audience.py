"""Thousands of contacts with consent, written set-based."""

from __future__ import annotations

from typing import Any

from django.db import connection

from consent.models import Purpose


def opt_in_many(purpose: Purpose, count: int, *, area_code: str, state: str = "FL") -> None:
    """``count`` numbers of one area code, each with one opt-in to ``purpose`` yesterday."""
    values: dict[str, Any] = {
        "workspace": purpose.workspace_id,
        "purpose": purpose.pk,
        "count": count,
        "code": area_code,
        "state": state,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO consent_contact
                (workspace_id, number, first_name, last_name, country, state, area_code)
            SELECT %(workspace)s, '+1' || %(code)s || (2000000 + i), '', '', 'US', %(state)s,
                   %(code)s
            FROM generate_series(1, %(count)s) AS i
            """,
            values,
        )
        cursor.execute(
            """
            WITH recorded AS (
                INSERT INTO consent_consentrecord
                    (workspace_id, contact_id, purpose_id, kind, source, occurred_at, wording_text,
                     answer, collector, place, detail, proof, proof_sha256)
                SELECT workspace_id, id, %(purpose)s, 'opt_in', 'web_form',
                       now() - interval '1 day', '', 'yes', '', '', '', '', ''
                FROM consent_contact WHERE workspace_id = %(workspace)s
                RETURNING *
            )
            INSERT INTO consent_consentstate
                (workspace_id, contact_id, purpose_id, status, opted_in_at, record_id)
            SELECT workspace_id, contact_id, purpose_id, 'opted_in', occurred_at, id FROM recorded
            """,
            values,
        )
