"""django-post-office with a backend that drops everything, in a process and database of its own.

``python -m tests.benchmarks.peer_post_office COUNT`` prints e-mails per second.
"""

from __future__ import annotations

import os
import subprocess
import sys
from time import perf_counter
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


def emails_a_second(count: int) -> float:
    """How many queued e-mails a second it takes from its table, sends to nowhere and logs."""
    own = urlsplit(os.environ["DATABASE_URL"])
    name = own.path.lstrip("/") + "_peer"
    peer = urlunsplit(own._replace(path="/" + name))
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            done = subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.peer_post_office", str(count)],
                env={**os.environ, "DATABASE_URL": peer},
                check=True,
                # It logs four lines a batch.
                capture_output=True,
                text=True,
            )
        except subprocess.CalledProcessError as error:
            print(error.stderr, file=sys.stderr)
            raise
        finally:
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )
    return float(done.stdout.split()[-1])


def main() -> None:
    import django
    import environ
    from django.conf import settings

    settings.configure(
        DATABASES={"default": environ.Env.db_url_config(os.environ["DATABASE_URL"])},
        INSTALLED_APPS=["django.contrib.contenttypes", "post_office"],
        EMAIL_BACKEND="post_office.EmailBackend",
        POST_OFFICE={
            "BACKENDS": {"default": "django.core.mail.backends.dummy.EmailBackend"},
            "BATCH_SIZE": 1000,
            "BATCH_DELIVERY_TIMEOUT": 600,
        },
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        USE_TZ=True,
    )
    django.setup()
    from django.core.management import call_command
    from post_office import mail
    from post_office.models import STATUS, Email

    call_command("migrate", verbosity=0)
    count = int(sys.argv[1])
    for first in range(0, count, 1000):
        mail.send_many(
            [
                {
                    "sender": "shop@example.com",
                    "recipients": [f"person{number}@example.com"],
                    "message": "Spring sale: 20% off until Sunday.",
                }
                for number in range(first, min(first + 1000, count))
            ]
        )
    started = perf_counter()
    while mail.get_queued().exists():
        mail.send_queued()
    seconds = perf_counter() - started
    assert Email.objects.filter(status=STATUS.sent).count() == count
    print(count / seconds)


if __name__ == "__main__":
    main()
