"""Writing, changing and copying a draft, and what is refused."""

from __future__ import annotations

import pytest

from sending.campaigns import drafts
from sending.campaigns.errors import CampaignError
from sending.models import Campaign, SenderNumber
from tests.cast import Cast


def _create(cast: Cast, **changes: object) -> Campaign:
    fields: dict[str, object] = {
        "workspace": cast.acme,
        "name": "Spring sale",
        "purpose": cast.offers,
        "body": "Hi {{ first_name }}, the sale is on.",
    }
    return drafts.create(**(fields | changes))  # type: ignore[arg-type]


def test_a_new_campaign_is_a_draft_with_line_breaks_counted_once(cast: Cast) -> None:
    campaign = _create(cast, body="Sale\r\ntoday", name="  Spring sale ")
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.DRAFT
    assert (campaign.name, campaign.body) == ("Spring sale", "Sale\ntoday")
    assert campaign.audience == Campaign.Audience.PURPOSE


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"body": " \n"}, "text_empty", "Write a text."),
        ({"body": "a" * 1601}, "text_too_long", "1,601 characters"),
        ({"body": "Hi {{ nickname }}"}, "text_variable", "no variable nickname"),
        ({"name": " "}, "name_empty", "Give the campaign a name."),
    ],
)
def test_what_cannot_be_sent_is_refused_with_code_and_sentence(
    cast: Cast, changes: dict[str, object], code: str, words: str
) -> None:
    with pytest.raises(CampaignError) as refused:
        _create(cast, **changes)
    assert refused.value.code == code
    assert words in refused.value.sentence
    assert not Campaign.objects.exists()


def test_purpose_and_sender_of_another_workspace_are_refused(cast: Cast) -> None:
    for changes in ({"purpose": cast.rival_offers}, {"sender": cast.rival_sender}):
        with pytest.raises(CampaignError) as refused:
            _create(cast, **changes)
        assert refused.value.code == "wrong_workspace"


def test_a_rejected_or_released_sender_is_refused_and_a_copy_leaves_it_out(cast: Cast) -> None:
    campaign = _create(cast, sender=cast.sender)
    cast.sender.verification = SenderNumber.Verification.REJECTED
    cast.sender.save()
    with pytest.raises(CampaignError) as refused:
        _create(cast, sender=cast.sender)
    assert refused.value.code == "sender_unusable"
    campaign.refresh_from_db()
    assert drafts.copy(campaign=campaign).sender is None


def _edit(campaign: Campaign, body: str) -> None:
    drafts.edit(
        campaign=campaign,
        name=campaign.name,
        purpose=campaign.purpose,
        body=body,
        audience=campaign.audience,
        sender=None,
    )


def test_only_a_draft_can_be_changed(cast: Cast) -> None:
    campaign = _create(cast)
    _edit(campaign, "New text")
    assert campaign.body == "New text"
    Campaign.objects.filter(pk=campaign.pk).update(status=Campaign.Status.SENDING)
    with pytest.raises(CampaignError) as refused:
        _edit(campaign, "Too late")
    assert refused.value.code == "wrong_status"
    campaign.refresh_from_db()
    assert campaign.body == "New text"


def test_a_copy_is_a_draft_of_its_own(cast: Cast) -> None:
    campaign = _create(cast, sender=cast.sender, audience=Campaign.Audience.WORKSPACE)
    Campaign.objects.filter(pk=campaign.pk).update(status=Campaign.Status.CANCELLED)
    campaign.refresh_from_db()
    copied = drafts.copy(campaign=campaign, created_by=cast.staff)
    assert copied.pk != campaign.pk
    assert copied.status == Campaign.Status.DRAFT
    assert copied.name == "Copy of Spring sale"
    assert drafts.fingerprint(copied) == drafts.fingerprint(campaign)
