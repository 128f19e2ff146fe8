"""The sample workspace with everything running: what a newcomer sees first."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from config.demo.load import what_to_do_next
from config.management.commands import up
from config.programs import Layout

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Command(up.Command):
    help = "Loads the sample workspace and runs everything, until Ctrl-C or SIGTERM."

    def handle(self, *args: Any, **options: Any) -> None:
        if options["host"] not in LOOPBACK and settings.DEMO_PASSWORD == "juniper-demo":  # noqa: S105
            raise CommandError(
                "Set DEMO_PASSWORD before others can reach the demo: it has log-ins."
            )
        super().handle(*args, **options)

    def prepare(self, layout: Layout) -> None:
        super().prepare(layout)
        port = layout.simulator_port or up.SIMULATOR_PORT
        call_command("load_demo", simulator_url=f"http://127.0.0.1:{port}")

    def environment(self, layout: Layout) -> dict[str, str]:
        # A newcomer reads the greeting, not the log of every message.
        return {"LOG_LEVEL": "WARNING", **super().environment(layout)}

    def greeting(self) -> list[str]:
        return what_to_do_next()
