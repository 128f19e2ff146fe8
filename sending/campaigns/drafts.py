"""Writing a campaign: made, changed and copied while it is a draft."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sending.campaigns.errors import CampaignError, Problem
from sending.campaigns.senders import UNUSABLE
from sending.models import Campaign, SenderNumber
from sending.templating import check

if TYPE_CHECKING:
    from accounts.models import User, Workspace
    from consent.models import Purpose

MAX_NAME = 120


def create(
    *,
    workspace: Workspace,
    name: str,
    purpose: Purpose,
    body: str,
    audience: str = Campaign.Audience.PURPOSE,
    sender: SenderNumber | None = None,
    created_by: User | None = None,
) -> Campaign:
    """A new draft. Raises `CampaignError` for a text, purpose or sender that cannot be used."""
    return Campaign.objects.create(
        workspace=workspace,
        created_by=created_by,
        **_content(workspace.pk, name, purpose, body, audience, sender),
    )


def edit(
    *,
    campaign: Campaign,
    name: str,
    purpose: Purpose,
    body: str,
    audience: str,
    sender: SenderNumber | None,
) -> None:
    """Change a draft. Raises `CampaignError`; ``wrong_status`` once it is anything else."""
    content = _content(campaign.workspace_id, name, purpose, body, audience, sender)
    if not Campaign.objects.filter(pk=campaign.pk, status=Campaign.Status.DRAFT).update(**content):
        raise CampaignError(Problem.WRONG_STATUS, _("Only a draft can be changed."))
    campaign.refresh_from_db()


def copy(*, campaign: Campaign, created_by: User | None = None) -> Campaign:
    """A new draft with the same content; a sender that can no longer be used is left out."""
    sender = campaign.sender
    if sender is not None and sender.verification in UNUSABLE:
        sender = None
    name = _("Copy of %s") % campaign.name
    return create(
        workspace=campaign.workspace,
        name=name[:MAX_NAME],
        purpose=campaign.purpose,
        body=campaign.body,
        audience=campaign.audience,
        sender=sender,
        created_by=created_by,
    )


def fingerprint(campaign: Campaign) -> str:
    """Says whether two people look at the same content: text, purpose, audience and sender."""
    content = [campaign.body, campaign.purpose_id, str(campaign.audience), campaign.sender_id]
    return hashlib.sha256(repr(content).encode()).hexdigest()[:16]


def normalised(body: str) -> str:
    """Browsers send a line break as two characters; one is enough, and is what is counted."""
    return body.replace("\r\n", "\n").replace("\r", "\n")


def _content(
    workspace_id: int,
    name: str,
    purpose: Purpose,
    body: str,
    audience: str,
    sender: SenderNumber | None,
) -> dict[str, object]:
    if not name.strip():
        raise CampaignError(Problem.NAME_EMPTY)
    body = normalised(body)
    try:
        check(body)
    except ValidationError as error:
        raise CampaignError(error.code or "", error.messages[0]) from None
    if purpose.workspace_id != workspace_id:
        raise CampaignError(Problem.WRONG_WORKSPACE)
    if sender is not None:
        if sender.workspace_id != workspace_id:
            raise CampaignError(Problem.WRONG_WORKSPACE)
        if sender.verification in UNUSABLE:
            raise CampaignError(Problem.SENDER_UNUSABLE)
    return {
        "name": name.strip()[:MAX_NAME],
        "purpose": purpose,
        "body": body,
        "audience": Campaign.Audience(audience).value,
        "sender": sender,
    }
