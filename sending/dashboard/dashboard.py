"""What the shell shows on its first page: the current workspace, for staff too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from accounts.current import current_workspace
from accounts.models import Workspace
from sending.activity import words
from sending.campaigns.progress import progress_by_campaign
from sending.dashboard import charts, checklist, figures, ranges

if TYPE_CHECKING:
    from django.http import HttpRequest

TODAY = ranges.Span("today", "", "day", 1)


def context(request: HttpRequest, given: dict[str, Any]) -> dict[str, Any]:
    """The shell's hook for its first page (``DASHBOARD_CALLBACK``)."""
    workspace = current_workspace(request)
    if workspace is None:
        return {**given, "workspace": None}
    steps = checklist.steps(workspace)
    # Once a campaign is there, the figures tell more than the list does.
    starting = not steps[-1].done
    shown = _starting(steps) if starting else _figures(workspace, request.GET.get("range"))
    return {**given, "workspace": workspace, "title": workspace.name, **shown}


def _starting(steps: list[checklist.Step]) -> dict[str, Any]:
    following = next((step for step in steps if not step.done), None)
    done = sum(step.done for step in steps)
    return {"steps": steps, "following": following, "done": done}


def _figures(workspace: Workspace, key: str | None) -> dict[str, Any]:
    now = timezone.now()
    span = ranges.chosen(key)
    found = figures.tally(workspace=workspace, span=span, now=now)
    today = figures.tally(workspace=workspace, span=TODAY, now=now)
    skips = today.total_skips()
    outcomes = today.total()
    running = figures.running(workspace)
    progress = progress_by_campaign(running)
    return {
        "spans": [(each, each == span) for each in ranges.SPANS],
        "charts": [charts.went(found, span), charts.skipped(found, span)],
        "opted_in": figures.opted_in(workspace),
        "sent_today": outcomes[figures.WENT] + outcomes[figures.NOT_DELIVERED],
        "skipped_today": skips.total(),
        "reasons_today": [
            (words.of_codes(code), count, _activity(why=code, day="today"))
            for code, count in skips.most_common(3)
        ],
        "unknown": figures.unknown(workspace),
        "unknown_link": _activity(status__exact="unknown"),
        "running": [(campaign, progress[campaign.pk]) for campaign in running],
    }


def _activity(**filters: str) -> str:
    return f"{reverse('admin:sending_message_changelist')}?{urlencode(filters)}"
