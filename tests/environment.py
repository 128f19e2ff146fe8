"""Settings for the tests; loaded by pytest before Django's settings are."""

from __future__ import annotations

import os

os.environ["DEBUG"] = "true"
os.environ["PUBLIC_URL"] = "http://127.0.0.1:8000"
# Worker processes that a test starts take the test database from DATABASE_URL of their own.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

from config.embedded import start_embedded_postgres

start_embedded_postgres()
