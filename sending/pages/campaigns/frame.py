"""What the campaign pages share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse

from accounts.current import user_may
from accounts.roles import Capability
from sending.models import Campaign

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.scoping import WorkspaceModelAdmin
    from sending.campaigns.errors import CampaignError


def show(
    admin: WorkspaceModelAdmin,
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> TemplateResponse:
    """``template`` of this package within the admin's shell."""
    request.current_app = admin.admin_site.name
    shared = {
        **admin.admin_site.each_context(request),
        "opts": admin.model._meta,
        "may_write": user_may(request, Capability.CAMPAIGNS),
    }
    path = f"sending/campaigns/{template}"
    return TemplateResponse(request, path, {**shared, **context}, status=status)


def fragment(request: HttpRequest, template: str, context: dict[str, Any]) -> TemplateResponse:
    """``template`` alone, for htmx to put into a page."""
    return TemplateResponse(request, f"sending/campaigns/{template}", context)


def url(name: str, campaign: Campaign | None = None) -> str:
    args = [] if campaign is None else [campaign.pk]
    return reverse(f"admin:sending_campaign_{name}", args=args)


def first_url(*names: str) -> str:
    """The first of ``names`` that is a page; empty when none is."""
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""


def go(name: str, campaign: Campaign) -> HttpResponseRedirect:
    return HttpResponseRedirect(url(name, campaign))


def refuse(
    request: HttpRequest, error: CampaignError, name: str, campaign: Campaign
) -> HttpResponseRedirect:
    """Back to page ``name`` with the sentence."""
    messages.error(request, error.sentence)
    return go(name, campaign)
