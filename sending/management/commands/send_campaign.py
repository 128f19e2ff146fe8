"""Write a campaign and start it."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consent.management.lookups import purpose_named, workspace_named
from sending.campaigns import drafts, moves
from sending.campaigns.errors import CampaignError
from sending.campaigns.progress import progress_of
from sending.management.lookups import sender_named
from sending.models import Campaign

OVER = (Campaign.Status.SENT, Campaign.Status.CANCELLED)
POLL_SECONDS = 1.0
# A worker looks every second; when nothing has moved for so long, there is probably none.
STILL_SECONDS = 15.0


class Command(BaseCommand):
    help = (
        "Starts a new campaign to everyone of a purpose, now. The workers send it; with --wait the "
        "command stays until it is over."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--purpose", required=True, metavar="NAME")
        parser.add_argument("--body", required=True, metavar="TEXT")
        parser.add_argument("--name", metavar="NAME", help="default: the text's beginning")
        parser.add_argument("--sender", metavar="NUMBER", help="default: as the preferences say")
        parser.add_argument("--wait", action="store_true", help="stay until the campaign is over")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            campaign = _start(options)
        except CampaignError as error:
            raise CommandError(error.sentence) from None
        if options["wait"]:
            self._wait(campaign, quiet=options["json"])
        self._report(campaign, as_json=options["json"])

    def _wait(self, campaign: Campaign, *, quiet: bool) -> None:
        """Until it is over. A pause is waited out: somebody may resume it."""
        done, moved_at, warned = -1, time.monotonic(), False
        while campaign.status not in OVER:
            time.sleep(POLL_SECONDS)
            campaign.refresh_from_db()
            progress = progress_of(campaign)
            if progress.done != done:
                done, moved_at, warned = progress.done, time.monotonic(), False
                if not quiet:
                    self.stdout.write(f"{progress.done:,} of {progress.total:,} decided")
            elif not warned and time.monotonic() - moved_at > STILL_SECONDS:
                warned = True
                self.stderr.write("Nothing moves. Is a worker running, is the campaign paused?")

    def _report(self, campaign: Campaign, *, as_json: bool) -> None:
        campaign.refresh_from_db()
        progress = progress_of(campaign)
        if as_json:
            facts = {
                "campaign": campaign.pk,
                "status": campaign.status,
                "total": progress.total,
                "went": progress.went,
                "skipped": progress.skipped,
                "failed": progress.failed,
                "unknown": progress.unknown,
                "waiting": progress.waiting + progress.under_way,
            }
            self.stdout.write(json.dumps(facts))
            return
        self.stdout.write(
            f"Campaign {campaign.pk} {campaign.get_status_display().lower()}: "
            f"{progress.went:,} of {progress.total:,} went, {progress.skipped:,} skipped, "
            f"{progress.failed:,} refused by the carrier, {progress.unknown:,} unknown."
        )


def _start(options: dict[str, Any]) -> Campaign:
    workspace = workspace_named(options["workspace"])
    purpose = purpose_named(workspace, options["purpose"])
    sender = sender_named(workspace, options["sender"]) if options["sender"] else None
    body: str = options["body"]
    campaign = drafts.create(
        workspace=workspace,
        name=options["name"] or " ".join(body.split())[:60] or "-",
        purpose=purpose,
        body=body,
        sender=sender,
    )
    try:
        moves.start(campaign=campaign)
    except CampaignError:
        # Written a moment ago by this command and never started: nothing to keep.
        Campaign.objects.filter(pk=campaign.pk, status=Campaign.Status.DRAFT).delete()
        raise
    return campaign
