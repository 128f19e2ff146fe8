"""Room for in-place updates in the window table, and the laws as they stand.

Sources: RULES.md section 2a, read 2026-11-21.
"""

from datetime import date

from django.db import migrations

LAWS = [
    (
        "FL", date(2021, 7, 1), True, "Fla. Stat. § 501.616(6)(b)",
        "More than three commercial telephone solicitation phone calls from any number to a person "
        "over a 24-hour period on the same subject matter or issue. It says phone calls; applying "
        "it to texts is the careful reading. leg.state.fl.us 501.616",
    ),
    (
        "OK", date(2022, 11, 1), True, "15 O.S. § 775C.4(A)",
        "Three in 24 hours on the same subject, after Florida's model; in force since November "
        "2022. HB 3168 (2022)",
    ),
    (
        "MD", date(2024, 1, 1), True, "Md. Com. Law § 14-4502(c)(2)",
        "Three in 24 hours to the called party on the same subject; in force since 2024-01-01.",
    ),
    (
        "OR", date(2026, 1, 1), False, "ORS 646.563(1)(b)",
        "More than three separate times to a party within a 24-hour period, unless there is an "
        "established business relationship (18 months); covers texts expressly, replies are "
        "exempt. HB 3865 (2025), in force since 2026-01-01.",
    ),
]


def add_laws(apps, schema_editor):
    FrequencyLaw = apps.get_model("sending", "FrequencyLaw")
    for state, starts_on, on_by_default, citation, source in LAWS:
        FrequencyLaw.objects.create(
            state=state,
            cap=3,
            window_hours=24,
            starts_on=starts_on,
            on_by_default=on_by_default,
            citation=citation,
            source=source,
        )


class Migration(migrations.Migration):
    dependencies = [("sending", "0001_initial")]

    operations = [
        migrations.RunSQL(
            # Every message moves its contact's row: with room on the page the index stays as it is.
            "ALTER TABLE sending_frequencywindow SET (fillfactor = 70)",
            "ALTER TABLE sending_frequencywindow RESET (fillfactor)",
        ),
        migrations.RunPython(add_laws, migrations.RunPython.noop),
    ]
