"""Writing a campaign, and the list, as members meet them without JavaScript."""

from __future__ import annotations

from django.db import transaction
from django.test import Client

from accounts.models import Membership, User, Workspace
from accounts.roles import Role
from consent.models import Purpose
from sending.campaigns import moves
from sending.campaigns.drafts import fingerprint
from sending.campaigns.fanout import fan_out_chunk
from sending.models import Campaign, Message
from tests.cast import Cast, contact
from tests.sending.campaigns.makers import audience, draft
from tests.sending.campaigns.pages import Status, content, text, url


def test_a_campaign_is_written_checked_and_sent(cast: Cast, coordinator: Client) -> None:
    audience(cast, 3)
    contact(cast.acme, "+12395550900")
    response = coordinator.post(url("add"), content(cast, audience="workspace"))
    campaign = Campaign.objects.get()
    assert campaign.created_by == cast.members[Role.COORDINATOR]
    assert response.headers["Location"] == url("preflight", campaign.pk)
    page = text(coordinator.get(url("preflight", campaign.pk)))
    assert '<tr data-code="allowed">' in page
    assert '<tr data-code="no_consent">' in page
    assert "No consent to this purpose." in page
    assert "+12395550900" in page
    assert not Message.objects.exists()
    response = coordinator.post(url("start", campaign.pk), {"seen": fingerprint(campaign)})
    assert response.headers["Location"] == url("progress", campaign.pk)
    campaign.refresh_from_db()
    assert campaign.status == Status.SENDING


def test_a_bad_text_is_refused_beside_the_text_and_nothing_is_lost(
    cast: Cast, coordinator: Client
) -> None:
    response = coordinator.post(url("add"), content(cast, body="Hi {{ nickname }}"))
    assert response.status_code == 422
    page = text(response)
    assert "There is no variable nickname; these can be used: first_name, last_name." in page
    assert "Spring sale" in page
    assert not Campaign.objects.exists()


def test_purposes_and_senders_of_another_workspace_are_neither_offered_nor_taken(
    cast: Cast, coordinator: Client
) -> None:
    Purpose.objects.create(workspace=cast.rival, name="Rival secrets")
    page = text(coordinator.get(url("add")))
    assert "Rival secrets" not in page
    assert cast.rival_sender.number not in page
    for changes in ({"purpose": cast.rival_offers.pk}, {"sender": cast.rival_sender.pk}):
        assert coordinator.post(url("add"), content(cast, **changes)).status_code == 422
    assert not Campaign.objects.exists()


def test_the_text_is_measured_while_it_is_typed(cast: Cast, coordinator: Client) -> None:
    page = text(coordinator.post(url("measure"), {"body": "Hi {{ first_name }} – sale"}))
    assert "Hi Maria – sale" in page
    assert "UCS-2" in page
    assert "write -" in page
    page = text(coordinator.post(url("measure"), {"body": "a" * 161}))
    assert "segments" in page
    assert "145 left in this segment" in page
    assert "Line 1, character 4" in text(coordinator.post(url("measure"), {"body": "Hi {{"}))


def test_a_draft_can_be_copied_and_opens_in_the_composer(cast: Cast, coordinator: Client) -> None:
    campaign = draft(cast)
    Campaign.objects.update(status=Status.CANCELLED)
    response = coordinator.post(url("copy", campaign.pk), follow=True)
    copied = Campaign.objects.exclude(pk=campaign.pk).get()
    assert response.redirect_chain[-1][0] == url("change", copied.pk)
    assert "Copy of Spring sale" in text(response)


def test_the_list_counts_all_its_campaigns_in_a_bounded_number_of_queries(
    cast: Cast, coordinator: Client, django_assert_max_num_queries: object
) -> None:
    audience(cast, 4)
    for number in range(12):
        campaign = draft(cast, name=f"Campaign {number}")
        moves.start(campaign=campaign)
        fan_out_chunk(campaign.pk)
    Message.objects.filter(campaign=campaign).update(status="skipped")
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        page = text(coordinator.get(url("changelist")))
    assert "Campaign 11" in page
    assert "100 %" in page


def test_the_empty_pages_say_what_to_do_first(cast: Cast, coordinator: Client) -> None:
    assert "Write the first campaign" in text(coordinator.get(url("changelist")))
    founder = User.objects.create_user("founder@new.example", "x")
    with transaction.atomic():
        new = Workspace.objects.create(slug="new", name="New")
        Membership.objects.create(workspace=new, user=founder, role=Role.OWNER)
    client = Client()
    client.force_login(founder)
    page = text(client.get(url("add")))
    assert "There is no purpose yet." in page
    assert "There is no sender number yet" in page
    assert "There are no contacts yet." in page


def test_a_preview_goes_to_the_members_own_number(cast: Cast, coordinator: Client) -> None:
    campaign = draft(cast, body="Hi {{ first_name }}")
    response = coordinator.post(url("preview", campaign.pk), {"phone": "x"}, follow=True)
    assert "The number has letters in it." in text(response)
    assert not Message.objects.exists()
    response = coordinator.post(
        url("preview", campaign.pk), {"phone": "(239) 555-0177"}, follow=True
    )
    assert "The preview is on its way to +12395550177." in text(response)
    message = Message.objects.get()
    assert (message.kind, message.body) == ("preview", "Hi Acme")
    assert message.contact.number == "+12395550177"
    assert (message.campaign, message.sender) == (None, cast.sender)
    cast.members[Role.COORDINATOR].refresh_from_db()
    assert str(cast.members[Role.COORDINATOR].phone) == "+12395550177"
