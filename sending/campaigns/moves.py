"""A campaign's way from draft to the carrier, each step one conditional statement.

Whoever comes second (a double click, a redelivered task, a second beat) finds the status changed,
moves nothing, and is told so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from sending.campaigns.audience import contacts_of
from sending.campaigns.errors import CampaignError, Problem
from sending.campaigns.progress import Progress, progress_of
from sending.campaigns.senders import by_country
from sending.campaigns.transition import move
from sending.countries import country_names
from sending.models import Campaign

if TYPE_CHECKING:
    from datetime import datetime

Status = Campaign.Status


def check_ready(*, campaign: Campaign) -> None:
    """Raises `CampaignError` where starting would reach nobody: ``no_audience``, ``no_sender``.

    One country with a sender is enough; the gate skips the recipients of the others.
    """
    audience = contacts_of(campaign)
    if not audience.exists():
        raise CampaignError(Problem.NO_AUDIENCE)
    if audience.filter(country__in=list(by_country(campaign))).exists():
        return
    countries = countries_without_sender(campaign)
    if not countries:
        raise CampaignError(Problem.NO_SENDER, _("No number in the audience is of a country."))
    raise CampaignError(
        Problem.NO_SENDER,
        _(
            "No country of the audience has a sender: %(countries)s. "
            "Add or choose one in the sender preferences."
        )
        % {"countries": country_names(countries)},
    )


def countries_without_sender(campaign: Campaign) -> list[str]:
    """ISO codes of the audience's countries that no usable sender serves, sorted."""
    audience = (
        contacts_of(campaign).exclude(country="").exclude(country__in=list(by_country(campaign)))
    )
    return sorted(audience.order_by().values_list("country", flat=True).distinct())


def schedule(*, campaign: Campaign, at: datetime) -> None:
    """A draft goes at ``at`` (aware). Raises `CampaignError`."""
    if at <= timezone.now():
        raise CampaignError(Problem.TIME_PAST)
    check_ready(campaign=campaign)
    move(campaign, from_=(Status.DRAFT,), to=Status.SCHEDULED, scheduled_at=at, as_seen=True)


def unschedule(*, campaign: Campaign) -> None:
    """A scheduled campaign is a draft again. Raises `CampaignError` once it has started."""
    move(campaign, from_=(Status.SCHEDULED,), to=Status.DRAFT, scheduled_at=None)


def start(*, campaign: Campaign) -> None:
    """Send now what is a draft or scheduled, exactly as ``campaign`` was read.

    Of any number of callers at once, one starts it and the others get ``wrong_status``. Raises
    `CampaignError`; ``changed`` when the content is no longer what the caller holds.
    """
    check_ready(campaign=campaign)
    with transaction.atomic():
        move(
            campaign,
            from_=(Status.DRAFT, Status.SCHEDULED),
            to=Status.SENDING,
            started_at=Now(),
            as_seen=True,
        )
        _size_up(campaign)


def start_due() -> list[int]:
    """Start every scheduled campaign whose time has come; its ids. For beat, any number at once.

    Not checked again: where sender or audience went away meanwhile, the gate skips and says why.
    """
    started = []
    due = Campaign.objects.filter(status=Status.SCHEDULED, scheduled_at__lte=Now())
    for campaign in due.order_by("scheduled_at", "pk"):
        with transaction.atomic():
            moved = Campaign.objects.filter(
                pk=campaign.pk, status=Status.SCHEDULED, scheduled_at__lte=Now()
            ).update(status=Status.SENDING, started_at=Now())
            if moved:
                campaign.refresh_from_db()
                _size_up(campaign)
                started.append(campaign.pk)
    return started


def pause(*, campaign: Campaign) -> Progress:
    """Nothing more is claimed from now on; what is on its way to the carrier still goes."""
    move(campaign, from_=(Status.SENDING,), to=Status.PAUSED)
    return progress_of(campaign)


def resume(*, campaign: Campaign) -> Progress:
    move(campaign, from_=(Status.PAUSED,), to=Status.SENDING)
    return progress_of(campaign)


def _size_up(campaign: Campaign) -> None:
    """Remember the size of the audience, so that progress need not count it every second."""
    campaign.audience_size = contacts_of(campaign).count()
    Campaign.objects.filter(pk=campaign.pk).update(audience_size=campaign.audience_size)
