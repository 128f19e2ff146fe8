"""A campaign under way as it is watched, and its end."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs

from django.test import Client
from django.utils import timezone

from sending.campaigns import endings, moves
from sending.campaigns.fanout import fan_out_chunk
from sending.models import Campaign, Message
from tests.cast import Cast
from tests.sending.campaigns.makers import audience, draft
from tests.sending.campaigns.pages import Status, text, url


def test_a_campaign_under_way_is_watched_paused_resumed_and_cancelled(
    cast: Cast, coordinator: Client
) -> None:
    audience(cast, 4)
    campaign = draft(cast)
    moves.start(campaign=campaign)
    fan_out_chunk(campaign.pk)
    page = text(coordinator.get(url("progress", campaign.pk)))
    assert 'hx-trigger="every 1s"' in page
    page = text(coordinator.post(url("pause", campaign.pk), follow=True))
    assert "Paused. 0 went, 4 are waiting." in page
    coordinator.post(url("resume", campaign.pk))
    page = text(coordinator.get(url("cancel", campaign.pk)))
    assert "0 messages went" in page
    assert "4 more will not go." in page
    assert Campaign.objects.get().status == Status.SENDING
    page = text(coordinator.post(url("cancel", campaign.pk), follow=True))
    assert "Cancelled. 0 went, 4 did not." in page
    assert 'hx-trigger="every 1s"' not in page
    assert coordinator.get(url("progress_live", campaign.pk)).headers["HX-Refresh"] == "true"


def test_the_pace_is_measured_from_poll_to_poll(cast: Cast, coordinator: Client) -> None:
    audience(cast, 10)
    campaign = draft(cast)
    moves.start(campaign=campaign)
    fan_out_chunk(campaign.pk)
    pks = Message.objects.order_by("pk").values_list("pk", flat=True)
    Message.objects.filter(pk__in=list(pks[:5])).update(status="skipped")
    before = timezone.now() - timedelta(seconds=2)
    query = {"at": f"{before.timestamp()}", "done": "1", "rate": "0", "still": "3"}
    response = coordinator.get(url("progress_live", campaign.pk), query)
    pace = response.context["pace"]
    assert 1.5 < pace.rate <= 2
    assert pace.left == timedelta(seconds=round(5 / pace.rate))
    assert parse_qs(pace.query)["done"] == ["5"]
    assert pace.still == 0
    page = text(
        coordinator.get(url("progress_live", campaign.pk), query | {"done": "5", "still": "9"})
    )
    assert "Nothing has moved for 11 seconds. Is a worker running?" in page
    for nonsense in ({"at": "x"}, {"at": "nan", "done": "inf", "rate": "-1", "still": "nan"}, {}):
        response = coordinator.get(url("progress_live", campaign.pk), nonsense)
        assert response.status_code == 200
        assert response.context["pace"].rate == 0


def test_the_end_says_why_some_were_skipped(cast: Cast, coordinator: Client) -> None:
    audience(cast, 3)
    campaign = draft(cast)
    moves.start(campaign=campaign)
    fan_out_chunk(campaign.pk)
    Message.objects.update(status="skipped", reason="opted_out")
    assert endings.finish_if_done(campaign.pk)
    page = text(coordinator.get(url("progress", campaign.pk)))
    assert "Why some were skipped" in page
    assert '<td>Opted out.</td><td class="tg-right">3</td>' in page
