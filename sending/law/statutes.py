"""The laws as they stood at this release, and the rows they become.

Sources: RULES.md section 2a, read 2026-11-21. A row that is there already, by state and first day,
is left as staff keep it: a release adds laws and changes none.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection

STATUTES: list[tuple[str, date, bool, str, str]] = [
    (
        "FL",
        date(2021, 7, 1),
        True,
        "Fla. Stat. § 501.616(6)(b)",
        (
            "More than three commercial telephone solicitation phone calls from any number to a "
            "person over a 24-hour period on the same subject matter or issue. It says phone "
            "calls; applying it to texts is the careful reading. leg.state.fl.us 501.616"
        ),
    ),
    (
        "OK",
        date(2022, 11, 1),
        True,
        "15 O.S. § 775C.4(A)",
        (
            "Three in 24 hours on the same subject, after Florida's model; in force since November "
            "2022. HB 3168 (2022)"
        ),
    ),
    (
        "MD",
        date(2024, 1, 1),
        True,
        "Md. Com. Law § 14-4502(c)(2)",
        "Three in 24 hours to the called party on the same subject; in force since 2024-01-01.",
    ),
    (
        "OR",
        date(2026, 1, 1),
        False,
        "ORS 646.563(1)(b)",
        (
            "More than three separate times to a party within a 24-hour period, unless there is an "
            "established business relationship (18 months); covers texts expressly, replies are "
            "exempt. HB 3865 (2025), in force since 2026-01-01."
        ),
    ),
]


def add_missing(**kwargs: Any) -> None:
    """Add what the table lacks; runs after each `migrate`."""
    from sending.models import FrequencyLaw

    if FrequencyLaw._meta.db_table not in connection.introspection.table_names():
        return  # migrated back to before there were laws
    FrequencyLaw.objects.bulk_create(
        [
            FrequencyLaw(
                state=state,
                cap=3,
                window_hours=24,
                starts_on=starts_on,
                on_by_default=on_by_default,
                citation=citation,
                source=source,
            )
            for state, starts_on, on_by_default, citation, source in STATUTES
        ],
        ignore_conflicts=True,
    )
