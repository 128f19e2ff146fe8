"""Room for in-place updates in the window table."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("sending", "0001_initial")]

    operations = [
        migrations.RunSQL(
            # Every message moves its contact's row: with room on the page the index stays as it is.
            "ALTER TABLE sending_frequencywindow SET (fillfactor = 70)",
            "ALTER TABLE sending_frequencywindow RESET (fillfactor)",
        ),
    ]
