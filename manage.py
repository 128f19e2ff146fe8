#!/usr/bin/env python
"""Django's command line; starts the embedded PostgreSQL first where DATABASE_URL is unset."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.exceptions import ImproperlyConfigured

    from config.console import end_by_exception, run
    from consent.masking import mask_tracebacks

    mask_tracebacks()
    end_by_exception()
    try:
        from config.embedded import EmbeddedPostgresError, start_embedded_postgres

        start_embedded_postgres()
        run(sys.argv)
    except (ImproperlyConfigured, EmbeddedPostgresError) as error:
        sys.exit(f"tollgate: {error}")
    except (KeyboardInterrupt, SystemExit) as end:
        status = 130 if isinstance(end, KeyboardInterrupt) else end.code
    else:
        return
    # Not within the except: what it was interrupted in, a connection perhaps, is let go first.
    if sys.argv[1:2] in (["up"], ["demo"]):
        from config.embedded_end import stop_embedded_postgres_when_idle

        stop_embedded_postgres_when_idle(patience=8)
    sys.exit(status)


if __name__ == "__main__":
    main()
