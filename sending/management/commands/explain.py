"""May we text this number now, and if not, why, and when?"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consent.contacts import PROBLEM_SENTENCES
from consent.management.lookups import purpose_named, workspace_named
from consent.numbering import NumberError, mask
from sending.gate.codes import sentence
from sending.gate.explain import Explanation, explain
from sending.gate.load import LawTableEmptyError


class Command(BaseCommand):
    help = "Asks the gate about one number and one purpose. A refusal is an answer, not an error."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", metavar="NUMBER")
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--purpose", required=True, metavar="NAME")
        parser.add_argument("--at", metavar="TIME", help="ISO 8601 with its offset; default: now")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = workspace_named(options["workspace"])
        purpose = purpose_named(workspace, options["purpose"])
        try:
            found = explain(
                workspace=workspace,
                number=options["number"],
                purpose=purpose,
                at=_time(options["at"]),
            )
        except NumberError as error:
            raise CommandError(str(PROBLEM_SENTENCES[error.problem])) from None
        except LawTableEmptyError as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(found.as_json()))
        else:
            self._tell(found)

    def _tell(self, found: Explanation) -> None:
        self.stdout.write(f"{mask(found.number)}: {found.sentence}")
        if found.contact is None:
            self.stdout.write("The workspace has no contact with this number.")
        others = [sentence(hit) for hit in found.limits_hit if hit != found.code]
        if others:
            self.stdout.write(f"Also hit: {' '.join(others)}")
        if found.next_ok_at is not None and not found.allowed:
            self.stdout.write(f"From {found.next_ok_at:%Y-%m-%d %H:%M:%S} UTC on it may go.")


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text} is not a time; write 2026-11-22T10:00+00:00.") from None
    if at.tzinfo is None:
        raise CommandError(f"{text} lacks its offset from UTC; write {text}+00:00 for UTC.")
    return at
