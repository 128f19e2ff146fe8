"""From draft to the carrier: schedule, start, pause, resume, cancel, end."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from sending.campaigns import endings, moves
from sending.campaigns.errors import CampaignError
from sending.campaigns.fanout import fan_out_chunk
from sending.models import Campaign, Message, SenderNumber, SenderPreferences
from tests.cast import Cast, contact, opted_in
from tests.sending.campaigns.makers import audience, draft, statuses

if TYPE_CHECKING:
    from collections.abc import Callable

    from consent.models import Contact

Status = Campaign.Status


def _refused(service: Callable[[], object]) -> CampaignError:
    with pytest.raises(CampaignError) as refused:
        service()
    return refused.value


def _at_once(count: int, service: Callable[[], object]) -> list[object]:
    """What ``count`` threads got that called ``service`` at the same moment, each on its own."""
    gate, results = threading.Barrier(count), []

    def run() -> None:
        try:
            connection.ensure_connection()
            gate.wait(10)
            results.append(service())
        except CampaignError as error:
            results.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return results


def _start_by_id(pk: int) -> None:
    moves.start(campaign=Campaign.objects.get(pk=pk))


@pytest.mark.django_db(transaction=True)
def test_of_many_who_start_at_once_one_starts_it(cast: Cast) -> None:
    audience(cast, 3)
    for _ in range(5):
        campaign = draft(cast)
        results = _at_once(4, partial(_start_by_id, campaign.pk))
        assert sorted(map(str, results)) == ["None", "wrong_status", "wrong_status", "wrong_status"]


@pytest.mark.django_db(transaction=True)
def test_of_many_beats_at_once_one_starts_a_due_campaign(cast: Cast) -> None:
    audience(cast, 3)
    for _ in range(5):
        campaign = draft(cast)
        Campaign.objects.filter(pk=campaign.pk).update(
            status=Status.SCHEDULED, scheduled_at=timezone.now() - timedelta(seconds=1)
        )
        started = _at_once(4, moves.start_due)
        assert sorted(map(str, started)) == [str([campaign.pk]), "[]", "[]", "[]"]


def test_a_scheduled_campaign_starts_when_its_time_has_come_and_not_before(cast: Cast) -> None:
    audience(cast, 3)
    campaign = draft(cast)
    moves.schedule(campaign=campaign, at=timezone.now() + timedelta(hours=1))
    assert campaign.status == Status.SCHEDULED
    assert moves.start_due() == []
    Campaign.objects.update(scheduled_at=timezone.now() - timedelta(seconds=1))
    assert moves.start_due() == [campaign.pk]
    campaign.refresh_from_db()
    assert (campaign.status, campaign.audience_size) == (Status.SENDING, 3)
    assert campaign.started_at is not None
    assert moves.start_due() == []


def test_a_scheduled_campaign_can_be_sent_now_and_beat_leaves_it_alone(cast: Cast) -> None:
    audience(cast)
    campaign = draft(cast)
    moves.schedule(campaign=campaign, at=timezone.now() + timedelta(hours=1))
    moves.start(campaign=campaign)
    Campaign.objects.update(scheduled_at=timezone.now() - timedelta(seconds=1))
    assert moves.start_due() == []
    assert _refused(lambda: moves.start(campaign=campaign)).code == "wrong_status"


def test_unscheduled_it_is_a_draft_again(cast: Cast) -> None:
    audience(cast)
    campaign = draft(cast)
    moves.schedule(campaign=campaign, at=timezone.now() + timedelta(hours=1))
    moves.unschedule(campaign=campaign)
    assert (campaign.status, campaign.scheduled_at) == (Status.DRAFT, None)


def test_a_time_in_the_past_is_refused(cast: Cast) -> None:
    audience(cast)
    campaign = draft(cast)
    error = _refused(lambda: moves.schedule(campaign=campaign, at=timezone.now()))
    assert (error.code, error.sentence) == ("time_past", "The time is in the past.")
    campaign.refresh_from_db()
    assert campaign.status == Status.DRAFT


def test_an_audience_of_nobody_is_refused(cast: Cast) -> None:
    contact(cast.acme, "+12395550100")
    campaign = draft(cast)
    assert _refused(lambda: moves.start(campaign=campaign)).code == "no_audience"
    everyone = draft(cast, audience=Campaign.Audience.WORKSPACE)
    moves.start(campaign=everyone)
    assert everyone.status == Status.SENDING


def test_without_a_sender_for_the_united_states_it_is_refused(cast: Cast) -> None:
    audience(cast)
    SenderPreferences.objects.filter(workspace=cast.acme).update(us_sender=None)
    campaign = draft(cast)
    error = _refused(lambda: moves.start(campaign=campaign))
    assert error.code == "no_sender"
    named = draft(cast, sender=cast.sender)
    moves.start(campaign=named)
    assert named.status == Status.SENDING


def test_one_country_with_a_sender_is_enough(cast: Cast) -> None:
    """The case that used to be refused: a Canadian sender, and some Americans in the audience."""
    audience(cast, 1)
    opted_in(cast.offers, "+14165550101")
    SenderNumber.objects.filter(pk=cast.sender.pk).update(country="CA")
    SenderPreferences.objects.filter(workspace=cast.acme).update(us_sender=None)
    campaign = draft(cast)
    assert moves.countries_without_sender(campaign) == ["US"]
    moves.start(campaign=campaign)
    assert campaign.status == Status.SENDING


def test_where_no_country_has_a_sender_all_of_them_are_named(cast: Cast) -> None:
    audience(cast, 2)
    opted_in(cast.offers, "+14165550101")
    opted_in(cast.offers, "+4915112345678")
    SenderNumber.objects.filter(pk=cast.sender.pk).update(country="GB")
    SenderPreferences.objects.filter(workspace=cast.acme).update(us_sender=None)
    error = _refused(lambda: moves.start(campaign=draft(cast)))
    assert error.code == "no_sender"
    assert error.sentence == (
        "No country of the audience has a sender: Canada, Germany, United States. "
        "Add or choose one in the sender preferences."
    )


def test_a_released_sender_is_none(cast: Cast) -> None:
    audience(cast)
    campaign = draft(cast, sender=cast.sender)
    SenderNumber.objects.filter(pk=cast.sender.pk).update(verification="released")
    error = _refused(lambda: moves.start(campaign=campaign))
    assert error.code == "no_sender"


def test_what_somebody_changed_meanwhile_is_not_sent(cast: Cast) -> None:
    audience(cast)
    campaign = draft(cast)
    Campaign.objects.filter(pk=campaign.pk).update(body="Something else")
    assert _refused(lambda: moves.start(campaign=campaign)).code == "changed"
    assert Campaign.objects.get().status == Status.DRAFT


def _under_way(cast: Cast) -> tuple[Campaign, list[Contact]]:
    """A campaign of ten: 2 accepted, 1 delivered, 1 skipped, 1 being sent, 5 waiting."""
    people = audience(cast, 10)
    campaign = draft(cast)
    moves.start(campaign=campaign)
    fan_out_chunk(campaign.pk)
    pks = list(Message.objects.order_by("pk").values_list("pk", flat=True))
    lease = {"claim": uuid4(), "lease_until": timezone.now() + timedelta(minutes=1)}
    Message.objects.filter(pk__in=pks[:4]).update(status="sending", **lease)
    Message.objects.filter(pk__in=pks[:2]).update(status="accepted")
    Message.objects.filter(pk=pks[2]).update(status="delivered")
    Message.objects.filter(pk=pks[4]).update(status="skipped")
    campaign.refresh_from_db()
    return campaign, people


def test_pause_and_resume_tell_how_many_went(cast: Cast) -> None:
    campaign, _ = _under_way(cast)
    progress = moves.pause(campaign=campaign)
    assert campaign.status == Status.PAUSED
    assert (progress.went, progress.under_way, progress.skipped, progress.waiting) == (3, 1, 1, 5)
    assert (progress.total, progress.percent) == (10, 40)
    assert _refused(lambda: moves.pause(campaign=campaign)).code == "wrong_status"
    moves.resume(campaign=campaign)
    assert campaign.status == Status.SENDING
    assert statuses(campaign)["queued"] == 5


@pytest.mark.django_db(transaction=True)
def test_cancel_tells_how_many_went_and_leaves_alone_what_the_carrier_has(cast: Cast) -> None:
    campaign, _ = _under_way(cast)
    progress = endings.cancel(campaign=campaign)
    assert campaign.status == Status.CANCELLED
    assert (progress.went, progress.cancelled, progress.waiting) == (3, 5, 0)
    assert statuses(campaign) == {
        "accepted": 2,
        "delivered": 1,
        "sending": 1,
        "skipped": 1,
        "cancelled": 5,
    }
    assert _refused(lambda: moves.resume(campaign=campaign)).code == "wrong_status"


def test_cancel_goes_chunk_by_chunk(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endings, "CHUNK", 2)
    campaign, _ = _under_way(cast)
    assert endings.cancel(campaign=campaign).cancelled == 5


def test_the_sweep_cancels_what_the_carrier_gave_back_after_the_end(cast: Cast) -> None:
    campaign, _ = _under_way(cast)
    endings.cancel(campaign=campaign)
    Message.objects.filter(status="sending").update(status="queued")
    assert endings.sweep_cancelled() == 1
    assert "queued" not in statuses(campaign)
    assert endings.sweep_cancelled() == 0


def test_a_campaign_cancelled_during_fan_out_makes_no_more_messages(cast: Cast) -> None:
    audience(cast, 5)
    campaign = draft(cast)
    moves.start(campaign=campaign)
    assert fan_out_chunk(campaign.pk, limit=2)
    progress = endings.cancel(campaign=campaign)
    assert fan_out_chunk(campaign.pk) is False
    assert statuses(campaign) == {"cancelled": 2}
    # The other three were never made into messages; they will not go either.
    assert (progress.total, progress.went) == (5, 0)


def test_a_campaign_is_sent_when_nothing_waits_and_nothing_is_under_way(cast: Cast) -> None:
    campaign, _ = _under_way(cast)
    assert endings.finish_if_done(campaign.pk) is False
    Message.objects.filter(status="queued").update(status="skipped")
    assert endings.finish_if_done(campaign.pk) is False  # one is on its way
    Message.objects.filter(status="sending").update(status="unknown")
    Campaign.objects.update(fanout_done=False)
    assert endings.finish_if_done(campaign.pk) is False  # more may be made
    Campaign.objects.update(fanout_done=True)
    assert endings.finish_if_done(campaign.pk) is True
    campaign.refresh_from_db()
    assert campaign.status == Status.SENT
    assert campaign.finished_at is not None
    assert endings.finish_if_done(campaign.pk) is False
