"""What is shown before a campaign goes, and the ways to let it go."""

from __future__ import annotations

from datetime import UTC

import pytest
from django.test import Client

from sending.campaigns.drafts import fingerprint
from sending.models import Campaign
from sending.pages.campaigns import check
from sending.pages.campaigns.forms import ScheduleForm
from tests.cast import Cast, opted_in
from tests.sending.campaigns.makers import audience, draft
from tests.sending.campaigns.pages import Status, text, url
from tests.sending.dispatch.makers import earlier


def test_the_preflight_counts_the_limits_beside_the_reason(cast: Cast, coordinator: Client) -> None:
    person = audience(cast, 1)[0]
    earlier(cast, person, 1, 2, 3)
    campaign = draft(cast)
    response = coordinator.get(url("preflight", campaign.pk))
    (row,) = response.context["rows"]
    assert (row.code, row.number, row.percent) == ("smart_sending", 1, 100)
    assert row.more_limits == "State law: three promotional messages in the last 24 hours."
    assert [number for _, number in response.context["limits"]] == [1, 1]
    page = text(response)
    assert "Also hit: State law" in page
    assert "Nobody would get it now." in page


def test_the_preflight_names_the_countries_that_have_no_sender(
    cast: Cast, coordinator: Client
) -> None:
    audience(cast, 1)
    campaign = draft(cast)
    sentence = "There is no sender for Canada: recipients there are skipped."
    assert sentence not in text(coordinator.get(url("preflight", campaign.pk)))
    opted_in(cast.offers, "+14165550101")
    page = text(coordinator.get(url("preflight", campaign.pk)))
    assert sentence in page
    assert "Send now" in page


def test_a_big_audience_is_judged_while_the_page_shows(
    cast: Cast, coordinator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "AT_ONCE", 2)
    audience(cast, 3)
    campaign = draft(cast)
    page = text(coordinator.get(url("preflight", campaign.pk)))
    assert f'hx-get="{url("preflight_report", campaign.pk)}"' in page
    assert "Send now" not in page
    report = text(coordinator.get(url("preflight_report", campaign.pk)))
    assert '<tr data-code="allowed">' in report
    assert "Send now" in report
    assert "<html" not in report
    without_script = text(coordinator.get(url("preflight", campaign.pk), {"now": "1"}))
    assert "Send now" in without_script


def test_what_was_changed_meanwhile_is_not_sent(cast: Cast, coordinator: Client) -> None:
    audience(cast, 2)
    campaign = draft(cast)
    seen = fingerprint(campaign)
    Campaign.objects.update(body="Another text")
    response = coordinator.post(url("start", campaign.pk), {"seen": seen}, follow=True)
    assert "Somebody changed the campaign since you looked at it." in text(response)
    assert Campaign.objects.get().status == Status.DRAFT


def test_a_second_click_sends_nothing_twice_and_says_so(cast: Cast, coordinator: Client) -> None:
    audience(cast, 2)
    campaign = draft(cast)
    data = {"seen": fingerprint(campaign)}
    coordinator.post(url("start", campaign.pk), data)
    response = coordinator.post(url("start", campaign.pk), data, follow=True)
    assert "That is not possible: the campaign is sending." in text(response)


def test_a_schedule_is_read_in_the_zone_that_the_page_states(
    cast: Cast, coordinator: Client
) -> None:
    audience(cast, 2)
    campaign = draft(cast)
    data = {"seen": fingerprint(campaign), "zone": "Europe/Berlin", "at": "2031-07-01T10:00"}
    coordinator.post(url("schedule", campaign.pk), data)
    campaign.refresh_from_db()
    assert campaign.status == Status.SCHEDULED
    assert campaign.scheduled_at is not None
    assert campaign.scheduled_at.isoformat() == "2031-07-01T08:00:00+00:00"
    coordinator.post(url("unschedule", campaign.pk))
    campaign.refresh_from_db()
    assert campaign.status == Status.DRAFT


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"at": "2020-01-01T10:00", "zone": "UTC"}, "The time is in the past."),
        ({"at": "2031-03-30T02:30", "zone": "Europe/Berlin"}, "the clock skips this time"),
        ({"at": "2031-10-26T02:00", "zone": "Europe/Berlin"}, "shows this time twice"),
        ({"at": "2031-10-26T02:59", "zone": "Europe/Berlin"}, "shows this time twice"),
        ({"at": "2031-11-02T01:30", "zone": "America/New_York"}, "shows this time twice"),
        ({"at": "2031-03-30T10:00", "zone": "Mars/Olympus"}, "This time zone is not known."),
        ({"at": "soon"}, "Enter a date and a time."),
        ({}, "This field is required."),
    ],
)
def test_a_time_that_cannot_be_is_refused_with_a_sentence(
    cast: Cast, coordinator: Client, data: dict[str, str], sentence: str
) -> None:
    audience(cast, 2)
    campaign = draft(cast)
    data = {"seen": fingerprint(campaign), **data}
    response = coordinator.post(url("schedule", campaign.pk), data, follow=True)
    assert sentence in text(response)
    assert Campaign.objects.get().status == Status.DRAFT


@pytest.mark.parametrize(
    ("at", "utc"),
    [
        ("2031-03-30T01:59", "2031-03-30T00:59:00+00:00"),
        ("2031-03-30T03:00", "2031-03-30T01:00:00+00:00"),
        ("2031-10-26T01:59", "2031-10-25T23:59:00+00:00"),
        ("2031-10-26T03:00", "2031-10-26T02:00:00+00:00"),
    ],
)
def test_times_beside_a_clock_change_are_taken_as_they_are(at: str, utc: str) -> None:
    form = ScheduleForm({"at": at, "zone": "Europe/Berlin"})
    assert form.is_valid()
    assert form.cleaned_data["at"].astimezone(UTC).isoformat() == utc


def test_an_audience_of_nobody_shows_why_and_offers_no_button(
    cast: Cast, coordinator: Client
) -> None:
    campaign = draft(cast)
    page = text(coordinator.get(url("preflight", campaign.pk)))
    assert "Nobody is in the audience." in page
    assert url("start", campaign.pk) not in page
