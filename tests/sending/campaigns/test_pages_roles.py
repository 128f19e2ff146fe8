"""What the campaign pages refuse: to an analyst, to another workspace, to a mere link."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.roles import Role
from sending.campaigns.drafts import fingerprint
from sending.models import Campaign
from tests.cast import Cast
from tests.sending.campaigns.makers import audience, draft
from tests.sending.campaigns.pages import POSTS, Status, as_role, content, text, url


def test_an_analyst_reads_whole_numbers_and_changes_nothing(cast: Cast) -> None:
    audience(cast, 2)
    campaign = draft(cast)
    analyst = as_role(cast, Role.ANALYST)
    assert "Spring sale" in text(analyst.get(url("changelist")))
    page = text(analyst.get(url("preflight", campaign.pk)))
    assert "+12395550000" in page
    assert url("start", campaign.pk) not in page
    page = text(analyst.get(url("change", campaign.pk), follow=True))
    assert url("cancel", campaign.pk) not in page
    assert analyst.get(url("add")).status_code == 403
    assert analyst.get(url("cancel", campaign.pk)).status_code == 403
    assert analyst.post(url("measure"), {"body": "x"}).status_code == 403
    assert analyst.post(url("change", campaign.pk), content(cast)).status_code == 403
    for name in POSTS:
        response = analyst.post(url(name, campaign.pk), {"seen": fingerprint(campaign)})
        assert response.status_code == 403, name
    campaign.refresh_from_db()
    assert (campaign.status, campaign.body) == (Status.DRAFT, "The sale is on.")
    assert Campaign.objects.count() == 1


def test_a_campaign_of_another_workspace_is_nowhere(cast: Cast) -> None:
    campaign = draft(cast, workspace=cast.rival, purpose=cast.rival_offers, name="Rival secret")
    owner = as_role(cast, Role.OWNER)
    assert "Rival secret" not in text(owner.get(url("changelist")))
    for name in ("change", "preflight", "preflight_report", "progress", "progress_live", "cancel"):
        assert owner.get(url(name, campaign.pk)).status_code == 404, name
    for name in POSTS:
        data = {"seen": fingerprint(campaign)}
        assert owner.post(url(name, campaign.pk), data).status_code == 404, name
    campaign.refresh_from_db()
    assert campaign.status == Status.DRAFT


@pytest.mark.parametrize("name", [each for each in POSTS if each != "cancel"])
def test_a_link_alone_does_nothing(cast: Cast, coordinator: Client, name: str) -> None:
    campaign = draft(cast)
    assert coordinator.get(url(name, campaign.pk)).status_code == 405
