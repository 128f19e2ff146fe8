"""Campaigns in the admin: the list, and the routes of the pages."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import Http404, HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display as labelled

from accounts.guard import demand
from accounts.roles import Capability
from accounts.scoping import WorkspaceModelAdmin
from sending.campaigns.progress import Progress, progress_by_campaign
from sending.models import Campaign
from sending.pages.campaigns import actions, check, compose, watch
from sending.pages.campaigns.frame import go

if TYPE_CHECKING:
    from django.contrib.admin.views.main import ChangeList
    from django.db.models import QuerySet
    from django.http.response import HttpResponseBase
    from django.urls import URLPattern

LABELS = {
    Campaign.Status.SCHEDULED: "info",
    Campaign.Status.SENDING: "primary",
    Campaign.Status.PAUSED: "warning",
    Campaign.Status.SENT: "success",
    Campaign.Status.CANCELLED: "danger",
}


@admin.register(Campaign)
class CampaignAdmin(WorkspaceModelAdmin):
    add_capability = change_capability = Capability.CAMPAIGNS
    list_display = ("name", "status_label", "progress", "went", "skipped", "purpose", "when")
    list_filter = ("status", "purpose")
    search_fields = ("name",)
    list_select_related = ("purpose", "workspace")
    list_per_page = 25
    list_before_template = "sending/campaigns/list_before.html"

    def get_urls(self) -> list[URLPattern]:
        read, write = Capability.READ, Capability.CAMPAIGNS
        pages = [
            self.page("measure/", partial(compose.measure_text, self), "measure", write),
            self._of("preflight", check.preflight_page, read),
            self._of("preflight/report", check.preflight_report, read, "preflight_report"),
            self._of("progress", watch.progress_page, read),
            self._of("progress/live", watch.progress_live, read, "progress_live"),
            self._of("cancel", actions.cancel, write),
            *(self._of(what, partial(actions.act, what=what), write) for what in actions.ACTIONS),
        ]
        urls: list[URLPattern] = super().get_urls()
        return pages + urls

    def _of(self, path: str, view: Any, capability: Capability, name: str = "") -> URLPattern:
        """A page of one campaign."""
        return self.page(f"<int:pk>/{path}/", partial(view, self), name or path, capability)

    def changeform_view(  # type: ignore[override]
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """The composer for a draft, for those who may write; else the campaign's own page."""
        if object_id is None:
            demand(request, Capability.CAMPAIGNS)
            return compose.compose(self, request, None)
        demand(request, Capability.READ)
        try:
            campaign: Campaign = self.fetch(request, pk=object_id)
        except ValueError:
            raise Http404 from None
        writes = self.has_change_permission(request, campaign)
        if request.method == "POST":
            demand(request, Capability.CAMPAIGNS)
            campaign = self.fetch(request, Capability.CAMPAIGNS, pk=object_id)
        elif not writes or campaign.status != Campaign.Status.DRAFT:
            return go("progress", campaign)
        return compose.compose(self, request, campaign)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        base: type[ChangeList] = super().get_changelist(request, **kwargs)
        return type("CampaignList", (_WithProgress, base), {})

    @labelled(description=_("status"), ordering="status", label=LABELS)  # type: ignore[untyped-decorator]
    def status_label(self, campaign: Campaign) -> tuple[str, str]:
        return campaign.status, campaign.get_status_display()

    @admin.display(description=_("progress"))
    def progress(self, campaign: Campaign) -> str:
        progress = _of(campaign)
        if not progress.total:
            return "–"
        return format_html(
            '<span class="tg-bar-row"><span class="tg-bar"><span style="width: {0}%"></span></span>'
            '<span class="tg-number">{0} %</span></span>',
            progress.percent,
        )

    @admin.display(description=_("went"))
    def went(self, campaign: Campaign) -> str:
        return _figure(campaign, _of(campaign).went)

    @admin.display(description=_("skipped"))
    def skipped(self, campaign: Campaign) -> str:
        return _figure(campaign, _of(campaign).skipped)

    @admin.display(description=_("when"), ordering="started_at")
    def when(self, campaign: Campaign) -> str:
        at = campaign.started_at or campaign.scheduled_at
        if at is None:
            return "–"
        return format_html(
            '<time datetime="{}" data-local>{} UTC</time>', at.isoformat(), f"{at:%Y-%m-%d %H:%M}"
        )


class _WithProgress:
    """Counts the messages of the page's campaigns in one query."""

    result_list: QuerySet[Campaign]

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)  # type: ignore[misc]
        self.result_list = list(self.result_list)  # type: ignore[assignment]
        found = progress_by_campaign(self.result_list)
        for campaign in self.result_list:
            campaign.listed_progress = found[campaign.pk]  # type: ignore[attr-defined]


def _of(campaign: Campaign) -> Progress:
    progress: Progress = campaign.listed_progress  # type: ignore[attr-defined]
    return progress


def _figure(campaign: Campaign, number: int) -> str:
    return f"{number:,}" if _of(campaign).total else "–"
