"""The one statement that moves a campaign from status to status."""

from __future__ import annotations

from django.utils.translation import gettext as _

from sending.campaigns.errors import CampaignError, Problem
from sending.models import Campaign


def move(
    campaign: Campaign,
    *,
    from_: tuple[str, ...],
    to: str,
    as_seen: bool = False,
    **changes: object,
) -> None:
    """Move ``campaign`` to status ``to``; afterwards the instance is as the database has it.

    Raises `CampaignError`: ``wrong_status`` when the row's status is not in ``from_``; with
    ``as_seen``, ``changed`` when its content is not what the instance held.
    """
    rows = Campaign.objects.filter(pk=campaign.pk, status__in=from_)
    if as_seen:
        rows = rows.filter(
            body=campaign.body,
            purpose_id=campaign.purpose_id,
            audience=campaign.audience,
            sender_id=campaign.sender_id,
        )
    moved = rows.update(status=to, **changes)
    campaign.refresh_from_db()
    if moved:
        return
    if campaign.status in from_:
        raise CampaignError(Problem.CHANGED)
    raise CampaignError(
        Problem.WRONG_STATUS,
        _("That is not possible: the campaign is %(status)s.")
        % {"status": campaign.get_status_display().lower()},
    )
