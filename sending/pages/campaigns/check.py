"""Preflight: who would get the campaign now, who not and why, before anyone is texted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.current import user_may
from accounts.roles import Capability
from sending.campaigns.audience import contacts_of
from sending.campaigns.drafts import fingerprint
from sending.campaigns.errors import CampaignError
from sending.campaigns.estimate import duration
from sending.campaigns.measure import measure
from sending.campaigns.moves import check_ready, countries_without_sender
from sending.countries import country_names
from sending.gate.codes import Code, sentence
from sending.gate.preflight import Report, preflight
from sending.models import Campaign
from sending.pages.campaigns.frame import fragment, go, show, url

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from accounts.scoping import WorkspaceModelAdmin

# Up to here the page waits for the gate; a bigger audience is judged while it shows.
AT_ONCE = 5_000
OPEN = (Campaign.Status.DRAFT, Campaign.Status.SCHEDULED)


@dataclass(frozen=True, slots=True)
class Row:
    """One verdict: how many, which share of 1, where its slice of the ring begins, and examples."""

    code: str
    sentence: str
    number: int
    percent: float
    start: float
    examples: list[str]
    more_limits: str


def preflight_page(admin: WorkspaceModelAdmin, request: HttpRequest, pk: int) -> HttpResponseBase:
    campaign = admin.fetch(request, pk=pk)
    if campaign.status not in OPEN:
        return go("progress", campaign)
    context = {
        "title": _("Preflight"),
        "campaign": campaign,
        "seen": fingerprint(campaign),
        "measure": measure(campaign.body),
        "back": url("change", campaign),
    }
    if "now" in request.GET or contacts_of(campaign)[: AT_ONCE + 1].count() <= AT_ONCE:
        context |= _report(campaign)
    return show(admin, request, "preflight.html", context)


def preflight_report(admin: WorkspaceModelAdmin, request: HttpRequest, pk: int) -> HttpResponseBase:
    """The report alone, which htmx loads for a big audience."""
    campaign = admin.fetch(request, pk=pk)
    context = {
        "campaign": campaign,
        "seen": fingerprint(campaign),
        "may_write": user_may(request, Capability.CAMPAIGNS),
    }
    return fragment(request, "_report.html", context | _report(campaign))


def _report(campaign: Campaign) -> dict[str, object]:
    report = preflight(campaign)
    try:
        check_ready(campaign=campaign)
        problem = "" if report.allowed else _("Nobody would get it now.")
        blocked = False
    except CampaignError as error:
        problem, blocked = error.sentence, True
    return {
        "report": report,
        "rows": rows_of(report),
        "limits": [(sentence(code), number) for code, number in report.limits.most_common()],
        "duration": duration(campaign, going=report.allowed, total=report.total),
        "problem": problem,
        "warning": "" if blocked else _unserved(campaign, report),
        "blocked": blocked,
    }


def _unserved(campaign: Campaign, report: Report) -> str:
    """Names the countries whose recipients are skipped for want of a sender; "" for none."""
    countries = countries_without_sender(campaign) if report.counts[Code.NO_SENDER] else []
    if not countries:
        return ""
    return _(
        "There is no sender for %(countries)s: recipients there are skipped. "
        "Add a number in the sender preferences, or go without them."
    ) % {"countries": country_names(countries)}


def rows_of(report: Report) -> list[Row]:
    """One row per verdict, those who may go first."""
    order = sorted(report.counts, key=lambda code: (code != Code.ALLOWED, -report.counts[code]))
    rows, start = [], 0.0
    for code in order:
        number = report.counts[code]
        if not number:
            continue
        percent = number * 100 / report.total
        examples = report.examples.get(code, [])
        rows.append(
            Row(
                code=code,
                sentence=sentence(code),
                number=number,
                percent=percent,
                start=start,
                examples=[each.number for each in examples],
                more_limits="; ".join(
                    sorted(
                        {sentence(hit) for each in examples for hit in each.limits_hit}
                        - {sentence(code)}
                    )
                ),
            )
        )
        start += percent
    return rows
