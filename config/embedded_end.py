"""How the embedded PostgreSQL ends: when nobody needs it any more, or its cluster was deleted.

`python -m config.embedded_end` stops it.
"""

from __future__ import annotations

import contextlib
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from config.embedded import EmbeddedPostgres

_OTHERS = """
    SELECT 1 FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


def end_server_of_another_cluster(socket_directory: Path, home: Path) -> None:
    """End a server that holds our socket but works in another directory than ``home``.

    That is the server of a project that was deleted while it ran, and made anew in the same place.
    The socket's directory is private, so nobody else's can be in it.
    """
    try:
        lock = (socket_directory / ".s.PGSQL.5432.lock").read_text()
        server = psutil.Process(int(lock.split()[0]))
        # A postmaster works in its data directory; Linux marks one that is no more.
        works_in = str(Path(f"/proc/{server.pid}/cwd").readlink())
        if server.name() != "postgres" or works_in == str(home.resolve()):
            return
        family = [server, *server.children()]
        # Where the data are gone it must not write any more: by now others may lie there.
        deleted = works_in.endswith(" (deleted)")
        server.send_signal(signal.SIGQUIT if deleted else signal.SIGINT)
        _gone, left = psutil.wait_procs(family, timeout=10)
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=10)
    except (OSError, ValueError, IndexError, psutil.Error):
        # Then PostgreSQL says itself what is in its way.
        return


def stop_embedded_postgres_when_idle(*, patience: float = 2.0) -> bool:
    """Stop the embedded server where nobody else uses it; whether it was stopped.

    ``patience``: how many seconds others may take to go.
    """
    import psycopg
    from django.conf import settings
    from django.db import connections

    server: EmbeddedPostgres | None = settings.EMBEDDED_POSTGRES
    if server is None:
        return False
    connections.close_all()
    try:
        with psycopg.connect(
            server.url("postgres"), connect_timeout=5, autocommit=True
        ) as connection:
            # Backends of clients that just ended take a moment to go.
            for _attempt in range(round(patience * 10)):
                if connection.execute(_OTHERS).fetchone() is None:
                    break
                time.sleep(0.1)
            else:
                return False
    except psycopg.OperationalError:
        return False
    server.stop()
    return True


def main() -> None:
    from django.core.exceptions import ImproperlyConfigured

    from config.embedded import EmbeddedPostgres
    from config.env import BASE_DIR

    with contextlib.suppress(ImproperlyConfigured):
        EmbeddedPostgres(BASE_DIR / ".data").stop()


if __name__ == "__main__":
    main()
