#!/usr/bin/env python
"""Django's command line; starts the embedded PostgreSQL first where DATABASE_URL is unset."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.exceptions import ImproperlyConfigured

    from consent.masking import mask_tracebacks

    mask_tracebacks()
    try:
        from config.embedded import EmbeddedPostgresError, start_embedded_postgres

        start_embedded_postgres()
    except (ImproperlyConfigured, EmbeddedPostgresError) as error:
        sys.exit(f"tollgate: {error}")
    from config.console import run

    run(sys.argv)


if __name__ == "__main__":
    main()
