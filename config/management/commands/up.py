"""Run everything: web server, workers, beat and, where there is no carrier, the simulator."""

from __future__ import annotations

import os
import signal
import sys
from argparse import ArgumentParser
from typing import Any

import fasteners
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from config.broker import ensure_broker
from config.embedded_end import stop_embedded_postgres_when_idle
from config.processes import free_port, port_is_free
from config.programs import Layout, children
from config.supervisor import Supervisor
from config.welcome import Welcome

PORT = 8000
SIMULATOR_PORT = 8010


class Command(BaseCommand):
    help = (
        "Runs the web server, the workers, beat and the carrier simulator together, "
        "until Ctrl-C or SIGTERM."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, help=f"of the pages; default: free from {PORT} on")
        parser.add_argument(
            "--simulator-port",
            type=int,
            help=f"of the carrier simulator; default: free from {SIMULATOR_PORT} on",
        )
        parser.add_argument("--workers", type=int, default=2, help="processes that send; default 2")
        parser.add_argument("--no-simulator", action="store_true", help="there is a real carrier")
        parser.add_argument("--seconds", type=float, help="stop by itself after this long")

    def handle(self, *args: Any, **options: Any) -> None:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        lock = fasteners.InterProcessLock(str(settings.DATA_DIR / "up.lock"))
        if not lock.acquire(blocking=False):
            raise CommandError("Tollgate is already running in this directory.")
        try:
            layout = _layout(options)
            self.prepare(layout)
            self._run(layout, options["seconds"])
        finally:
            # Also after an end within the start; no second Ctrl-C comes between.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            lock.release()
            if stop_embedded_postgres_when_idle():
                self.stdout.write("tollgate: PostgreSQL stopped.")

    def prepare(self, layout: Layout) -> None:
        """What must stand before anything starts."""
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except OperationalError as error:
            reason = " ".join(str(error).split())
            raise CommandError(f"DATABASE_URL: the database cannot be used: {reason}") from error
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=0)
        try:
            ensure_broker()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error

    def environment(self, layout: Layout) -> dict[str, str]:
        """What the children see: our own, and where carriers call back unless that is set."""
        unset = {} if os.environ.get("PUBLIC_URL") else {"PUBLIC_URL": layout.address}
        return {**os.environ, "PYTHONUNBUFFERED": "1", **unset}

    def greeting(self) -> list[str]:
        """What is said below the address."""
        return []

    def _run(self, layout: Layout, seconds: float | None) -> None:
        supervisor = Supervisor(
            children(layout),
            environment=self.environment(layout),
            output=sys.stdout,
        )
        supervisor.run(Welcome(supervisor, layout, seconds, self.greeting()))


def _layout(options: dict[str, Any]) -> Layout:
    host = options["host"]
    port = _port(host, options["port"], PORT, option="--port")
    simulator = None
    if not options["no_simulator"]:
        simulator = _port(
            "127.0.0.1", options["simulator_port"], SIMULATOR_PORT, "--simulator-port", port
        )
    if not 1 <= options["workers"] <= 64:
        raise CommandError("--workers must lie between 1 and 64.")
    return Layout(host, port, simulator, options["workers"], settings.DATA_DIR)


def _port(host: str, wanted: int | None, default: int, option: str, avoid: int = 0) -> int:
    if wanted is None:
        return free_port(host, default, avoid=frozenset({avoid}))
    if not 1 <= wanted <= 65_535:
        raise CommandError(f"{option} {wanted} is no port; choose one from 1024 to 65535.")
    if wanted == avoid or not port_is_free(host, wanted):
        raise CommandError(f"{option} {wanted} is taken; choose another, or leave {option} out.")
    return wanted
