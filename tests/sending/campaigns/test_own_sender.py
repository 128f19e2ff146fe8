"""A sender that was chosen for a campaign is never replaced; previews reach no crowd."""

from __future__ import annotations

import pytest

from accounts.roles import Role
from sending.campaigns import drafts
from sending.campaigns.errors import CampaignError
from sending.campaigns.preview import (
    PREVIEWS_OF_A_WORKSPACE_AN_HOUR,
    send_preview,
    set_own_number,
)
from sending.campaigns.senders import by_country
from sending.models import Message, SenderNumber
from tests.cast import Cast


def test_a_chosen_sender_that_was_rejected_is_not_replaced_by_another(cast: Cast) -> None:
    own = SenderNumber.objects.create(
        workspace=cast.acme,
        account=cast.sender.account,
        number="+18885550177",
        kind=SenderNumber.Kind.TOLL_FREE,
        verification=SenderNumber.Verification.VERIFIED,
    )
    campaign = drafts.create(
        workspace=cast.acme, name="Spring", purpose=cast.offers, body="Hello", sender=own
    )
    assert by_country(campaign) == {"US": own}
    SenderNumber.objects.filter(pk=own.pk).update(verification="rejected")
    assert by_country(campaign) == {}


def test_changing_ones_number_again_and_again_reaches_no_crowd(cast: Cast) -> None:
    campaign = drafts.create(workspace=cast.acme, name="Spring", purpose=cast.offers, body="Hello")
    person = cast.members[Role.COORDINATOR]
    for number in range(PREVIEWS_OF_A_WORKSPACE_AN_HOUR):
        set_own_number(user=person, number=f"+1216555{number:04d}")
        send_preview(campaign=campaign, user=person)
    set_own_number(user=person, number="+12165559999")
    with pytest.raises(CampaignError) as refused:
        send_preview(campaign=campaign, user=person)
    assert refused.value.code == "too_many_previews"
    assert Message.objects.filter(kind="preview").count() == PREVIEWS_OF_A_WORKSPACE_AN_HOUR
