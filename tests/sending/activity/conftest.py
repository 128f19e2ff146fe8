from __future__ import annotations

from typing import Any

import pytest

from sending.models import Campaign, Decision, Message, PolicySnapshot
from tests.cast import Cast, contact

SENT = ["2026-11-22T16:00:00+00:00", "2026-11-22T12:00:00+00:00", "2026-11-22T10:00:00+00:00"]
FACTS = {
    "kind": "campaign",
    "number_kind": "geographic",
    "country": "US",
    "state": "MD",
    "zones": ["America/New_York"],
    "sender_country": "US",
    "consent": "opted_in",
    "opted_out": False,
    "basis": None,
    "confirmation_due": None,
    "sent": SENT,
}


class Maker:
    """Makes messages of one workspace, and of the other, as dispatch would leave them."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.spring = self.campaign(cast.acme, "Spring sale", "Hi {{ first_name }}")
        self.rivals = self.campaign(cast.rival, "Rival sale", "Buy here")

    def campaign(self, workspace: Any, name: str, body: str) -> Campaign:
        purpose = self.cast.offers if workspace == self.cast.acme else self.cast.rival_offers
        return Campaign.objects.create(
            workspace=workspace, name=name, purpose=purpose, body=body, status="sending"
        )

    def message(self, number: str, campaign: Campaign | None = None, **fields: Any) -> Message:
        campaign = campaign or self.spring
        theirs = campaign.workspace_id == self.cast.rival.pk
        return Message.objects.create(
            workspace=campaign.workspace,
            campaign=campaign,
            contact=contact(campaign.workspace, number),
            sender=self.cast.rival_sender if theirs else self.cast.sender,
            kind="campaign",
            **fields,
        )

    def decision(self, message: Message, code: str, limits: str = "") -> Decision:
        snapshot, _ = PolicySnapshot.objects.get_or_create(
            workspace=message.workspace,
            digest="0" * 64,
            defaults={
                "body": {
                    "smart_window_seconds": 3600.0,
                    "limits": [{"state": "MD", "cap": 3, "hours": 24}],
                }
            },
        )
        return Decision.objects.create(
            workspace=message.workspace,
            message=message,
            contact=message.contact,
            policy=snapshot,
            at=message.created_at,
            allowed=code == "allowed",
            code=code,
            limits_hit=limits,
            facts=FACTS,
        )


@pytest.fixture
def make(cast: Cast) -> Maker:
    return Maker(cast)
