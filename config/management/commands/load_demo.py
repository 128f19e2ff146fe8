"""Put the sample workspace into the database; a second time it adds nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Workspace
from accounts.workers import finish_waking
from config.celery import app
from config.demo.load import load_demo
from config.demo.workspace import SLUG


class Command(BaseCommand):
    help = "Loads the sample workspace Juniper Supply Co., with opt-ins, opt-outs and campaigns."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--simulator-url",
            default="http://127.0.0.1:8010",
            help="where the carrier simulator listens (%(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        others = Workspace.objects.exclude(slug=SLUG)
        if others.exists() and not Workspace.objects.filter(slug=SLUG).exists():
            raise CommandError("This database has workspaces of its own; load the demo elsewhere.")
        load_demo(simulator_url=options["simulator_url"])
        # Workers were woken, in threads and over connections with threads; `up` forks and can have
        # none.
        finish_waking(seconds=10)
        app.pool.force_close_all()  # type: ignore[attr-defined]
