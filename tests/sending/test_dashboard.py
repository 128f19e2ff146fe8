"""The first page: figures of the current workspace only, and where to begin without any."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership, User, Workspace
from accounts.roles import Role
from consent.models import Purpose
from sending.dashboard import figures, ranges
from sending.models import Campaign, CarrierAccount, Message
from tests.cast import Cast, contact, opted_in

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

_numbers = iter(range(10_000_000))


def _campaign(cast: Cast, workspace: Workspace, **fields: Any) -> Campaign:
    purpose = cast.offers if workspace == cast.acme else cast.rival_offers
    given = {"name": "Spring sale", "body": "Hi", "status": "sending", **fields}
    return Campaign.objects.create(workspace=workspace, purpose=purpose, **given)


def _messages(campaign: Campaign, count: int, at: datetime, **fields: Any) -> None:
    for _ in range(count):
        person = contact(campaign.workspace, f"+1239556{next(_numbers):04d}")
        message = Message.objects.create(
            workspace=campaign.workspace,
            campaign=campaign,
            contact=person,
            kind="campaign",
            **fields,
        )
        times = {"created_at": at, "updated_at": at}
        if fields["status"] in ("accepted", "sent", "delivered", "undelivered"):
            times["accepted_at"] = at
        Message.objects.filter(pk=message.pk).update(**times)


def _totals(cast: Cast, key: str, workspace: Workspace | None = None) -> tuple[Any, Any]:
    found = figures.tally(
        workspace=workspace or cast.acme, span=ranges.chosen(key), now=timezone.now()
    )
    return dict(found.total()), dict(found.total_skips())


def test_each_span_counts_what_went_and_why_the_rest_was_skipped(cast: Cast) -> None:
    now = timezone.now()
    campaign = _campaign(cast, cast.acme)
    _messages(campaign, 3, now, status="delivered")
    _messages(campaign, 1, now, status="undelivered", error_code="30003")
    _messages(campaign, 2, now, status="skipped", reason="state_law")
    _messages(campaign, 1, now, status="skipped", reason="opted_out")
    _messages(campaign, 1, now, status="unknown", reason="no_answer")
    _messages(campaign, 1, now, status="failed", reason="carrier_refused", error_code="21610")
    _messages(campaign, 1, now, status="queued")
    _messages(campaign, 5, now - timedelta(days=3), status="sent")
    _messages(campaign, 7, now - timedelta(days=20), status="sent")
    _messages(campaign, 9, now - timedelta(days=40), status="sent")

    went = {"went": 3, "not_delivered": 1, "unknown": 1, "refused": 1}
    skipped = {"state_law": 2, "opted_out": 1}
    assert _totals(cast, "24h") == (went, skipped)
    assert _totals(cast, "7d") == ({**went, "went": 8}, skipped)
    assert _totals(cast, "30d") == ({**went, "went": 15}, skipped)


def test_another_workspaces_messages_are_not_counted(cast: Cast) -> None:
    _messages(_campaign(cast, cast.rival), 4, timezone.now(), status="sent")
    assert _totals(cast, "30d") == ({}, {})
    assert _totals(cast, "30d", cast.rival) == ({"went": 4}, {})


def test_a_message_made_long_ago_counts_when_it_went(cast: Cast) -> None:
    """A campaign that was paused for two months sends messages made before the pause."""
    now = timezone.now()
    campaign = _campaign(cast, cast.acme, started_at=now - timedelta(days=60))
    _messages(campaign, 2, now, status="sent")
    Message.objects.update(created_at=now - timedelta(days=60))
    assert _totals(cast, "24h") == ({"went": 2}, {})


def test_a_message_counts_in_the_bucket_it_went_in(cast: Cast) -> None:
    now = timezone.now()
    _messages(_campaign(cast, cast.acme), 2, now - timedelta(hours=5), status="sent")
    found = figures.tally(workspace=cast.acme, span=ranges.chosen("24h"), now=now)
    counts = [each["went"] for each in found.outcomes.values()]
    assert len(counts) == 24
    assert counts[18] == 2
    assert sum(counts) == 2


@pytest.mark.parametrize("role", Role)
def test_every_role_sees_the_figures_of_its_workspace(
    cast: Cast, client: Client, role: Role
) -> None:
    campaign = _campaign(cast, cast.acme, name="Our sale", audience_size=4)
    _messages(campaign, 2, timezone.now(), status="delivered")
    _messages(campaign, 1, timezone.now(), status="skipped", reason="smart_sending")
    _messages(_campaign(cast, cast.rival, name="Their sale"), 5, timezone.now(), status="sent")
    opted_in(cast.offers, "+12125550101")
    client.force_login(cast.members[role])
    answer = client.get("/admin/")
    page = answer.content.decode()
    assert answer.context["sent_today"] == 2
    assert answer.context["skipped_today"] == 1
    assert str(answer.context["opted_in"]) == "1"
    assert "Our sale" in page
    assert "Their sale" not in page
    assert "the last promotional message is too recent" in page


def test_each_chart_has_a_table_that_says_the_same(cast: Cast, client: Client) -> None:
    _messages(_campaign(cast, cast.acme), 3, timezone.now(), status="delivered")
    client.force_login(cast.members[Role.ANALYST])
    page = client.get("/admin/", {"range": "7d"}).content.decode()
    assert 'aria-label="What went out: Sent 3"' in page
    assert "As a table" in page
    assert f"{timezone.now():%Y-%m-%d} 00:00" in page


def test_a_span_that_is_none_shows_the_shortest(cast: Cast, client: Client) -> None:
    _campaign(cast, cast.acme)
    client.force_login(cast.members[Role.ANALYST])
    answer = client.get("/admin/", {"range": "'; DROP TABLE"})
    assert [span.key for span, current in answer.context["spans"] if current] == ["24h"]


def test_a_new_workspace_is_told_the_next_step(cast: Cast, client: Client) -> None:
    owner = User.objects.create_user("new@new.example", None)
    new = Workspace(name="New brand", slug="new")
    new.save()
    Membership.objects.create(workspace=new, user=owner, role=Role.OWNER)
    client.force_login(owner)
    page = client.get("/admin/")
    assert page.context["following"].title == "Connect a carrier account"
    assert "0 of 5 steps are done" in page.content.decode()

    CarrierAccount.objects.create(workspace=new, name="Twilio", account_sid="AC" + "0" * 32)
    Purpose.objects.create(workspace=new, name="Offers")
    page = client.get("/admin/")
    assert page.context["following"].title == "Add a sender number"
    assert "2 of 5 steps are done" in page.content.decode()


def test_an_installation_without_workspaces_still_has_a_first_page(client: Client) -> None:
    client.force_login(User.objects.create_superuser("root@x.example", None))
    assert "No workspace yet" in client.get("/admin/").content.decode()


def test_the_page_asks_a_fixed_number_of_questions(cast: Cast, client: Client) -> None:
    client.force_login(cast.members[Role.OWNER])
    for number in range(3):
        _campaign(cast, cast.acme, name=f"Campaign {number}", audience_size=9)
    client.get("/admin/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/admin/")
    for number in range(10):
        campaign = _campaign(cast, cast.acme, name=f"More {number}", audience_size=9)
        _messages(campaign, 2, timezone.now(), status="skipped", reason="state_law")
    with CaptureQueriesContext(connection) as many:
        client.get("/admin/")
    assert len(many) == len(few) <= 24
