"""Who would get a campaign now, and who not and why; nothing is written."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consent.numbering import mask
from sending.campaigns.estimate import duration
from sending.gate.codes import Code, sentence
from sending.gate.load import LawTableEmptyError
from sending.gate.preflight import Report, preflight
from sending.management.lookups import campaign_named
from sending.models import Campaign


class Command(BaseCommand):
    help = "Decides a campaign's whole audience through the gate, as of now, and writes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("campaign", metavar="CAMPAIGN", help="its id, or its name")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        try:
            report = preflight(campaign)
        except LawTableEmptyError as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(campaign, report)))
            return
        self.stdout.write(
            f"{campaign.name}: {report.allowed:,} of {report.total:,} may go, "
            f"{report.segments:,} segments."
        )
        for code, number in report.counts.most_common():
            if number and code != Code.ALLOWED:
                self.stdout.write(f"{number:>12,}  {sentence(code)}")


def _as_json(campaign: Campaign, report: Report) -> dict[str, Any]:
    """Examples are masked: output of a command ends up in logs."""
    span = duration(campaign, going=report.allowed, total=report.total)
    return {
        "campaign": campaign.pk,
        "total": report.total,
        "allowed": report.allowed,
        "segments": report.segments,
        "seconds": None if span is None else span.total_seconds(),
        "counts": dict(report.counts),
        "limits_hit": dict(report.limits),
        "examples": {
            code: [mask(each.number) for each in examples]
            for code, examples in report.examples.items()
        },
    }
