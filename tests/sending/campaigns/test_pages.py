"""The campaign pages as members meet them, without JavaScript."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User, Workspace
from accounts.roles import Role
from consent.models import Purpose
from sending.campaigns import endings, moves
from sending.campaigns.drafts import fingerprint
from sending.campaigns.fanout import fan_out_chunk
from sending.models import Campaign, Message
from sending.pages.campaigns import check
from sending.pages.campaigns.forms import ScheduleForm
from tests.cast import Cast, contact, opted_in
from tests.sending.campaigns.makers import audience, draft
from tests.sending.dispatch.makers import earlier

Status = Campaign.Status


def _as(cast: Cast, role: Role) -> Client:
    client = Client()
    client.force_login(cast.members[role])
    return client


@pytest.fixture
def coordinator(cast: Cast) -> Client:
    return _as(cast, Role.COORDINATOR)


def _url(name: str, *args: object) -> str:
    return reverse(f"admin:sending_campaign_{name}", args=args)


def _text(response: Any) -> str:
    content: bytes = response.content
    return " ".join(content.decode().split())


def _content(cast: Cast, **changes: object) -> dict[str, object]:
    fields: dict[str, object] = {
        "name": "Spring sale",
        "purpose": cast.offers.pk,
        "audience": "purpose",
        "sender": "",
        "body": "Hi {{ first_name }}",
        "then": "preflight",
    }
    return fields | changes


def test_a_campaign_is_written_checked_and_sent(cast: Cast, coordinator: Client) -> None:
    audience(cast, 3)
    contact(cast.acme, "+12395550900")
    response = coordinator.post(_url("add"), _content(cast, audience="workspace"))
    campaign = Campaign.objects.get()
    assert campaign.created_by == cast.members[Role.COORDINATOR]
    assert response.headers["Location"] == _url("preflight", campaign.pk)
    page = _text(coordinator.get(_url("preflight", campaign.pk)))
    assert '<tr data-code="allowed">' in page
    assert '<tr data-code="no_consent">' in page
    assert "No consent to this purpose." in page
    assert "+12395550900" in page
    assert not Message.objects.exists()
    response = coordinator.post(_url("start", campaign.pk), {"seen": fingerprint(campaign)})
    assert response.headers["Location"] == _url("progress", campaign.pk)
    campaign.refresh_from_db()
    assert campaign.status == Status.SENDING


def test_the_preflight_counts_the_limits_beside_the_reason(cast: Cast, coordinator: Client) -> None:
    person = audience(cast, 1)[0]
    earlier(cast, person, 1, 2, 3)
    campaign = draft(cast)
    response = coordinator.get(_url("preflight", campaign.pk))
    (row,) = response.context["rows"]
    assert (row.code, row.number, row.percent) == ("smart_sending", 1, 100)
    assert row.more_limits == "State law: three promotional messages in the last 24 hours."
    assert [number for _, number in response.context["limits"]] == [1, 1]
    page = _text(response)
    assert "Also hit: State law" in page
    assert "Nobody would get it now." in page


def test_the_preflight_names_the_countries_that_have_no_sender(
    cast: Cast, coordinator: Client
) -> None:
    audience(cast, 1)
    campaign = draft(cast)
    sentence = "There is no sender for Canada: recipients there are skipped."
    assert sentence not in _text(coordinator.get(_url("preflight", campaign.pk)))
    opted_in(cast.offers, "+14165550101")
    page = _text(coordinator.get(_url("preflight", campaign.pk)))
    assert sentence in page
    assert "Send now" in page


def test_a_big_audience_is_judged_while_the_page_shows(
    cast: Cast, coordinator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "AT_ONCE", 2)
    audience(cast, 3)
    campaign = draft(cast)
    page = _text(coordinator.get(_url("preflight", campaign.pk)))
    assert f'hx-get="{_url("preflight_report", campaign.pk)}"' in page
    assert "Send now" not in page
    report = _text(coordinator.get(_url("preflight_report", campaign.pk)))
    assert '<tr data-code="allowed">' in report
    assert "Send now" in report
    assert "<html" not in report
    without_script = _text(coordinator.get(_url("preflight", campaign.pk), {"now": "1"}))
    assert "Send now" in without_script


def test_a_bad_text_is_refused_beside_the_text_and_nothing_is_lost(
    cast: Cast, coordinator: Client
) -> None:
    response = coordinator.post(_url("add"), _content(cast, body="Hi {{ nickname }}"))
    assert response.status_code == 422
    page = _text(response)
    assert "There is no variable nickname; these can be used: first_name, last_name." in page
    assert "Spring sale" in page
    assert not Campaign.objects.exists()


def test_purposes_and_senders_of_another_workspace_are_neither_offered_nor_taken(
    cast: Cast, coordinator: Client
) -> None:
    Purpose.objects.create(workspace=cast.rival, name="Rival secrets")
    page = _text(coordinator.get(_url("add")))
    assert "Rival secrets" not in page
    assert cast.rival_sender.number not in page
    for changes in ({"purpose": cast.rival_offers.pk}, {"sender": cast.rival_sender.pk}):
        assert coordinator.post(_url("add"), _content(cast, **changes)).status_code == 422
    assert not Campaign.objects.exists()


def test_the_text_is_measured_while_it_is_typed(cast: Cast, coordinator: Client) -> None:
    page = _text(coordinator.post(_url("measure"), {"body": "Hi {{ first_name }} – sale"}))
    assert "Hi Maria – sale" in page
    assert "UCS-2" in page
    assert "write -" in page
    page = _text(coordinator.post(_url("measure"), {"body": "a" * 161}))
    assert "segments" in page
    assert "145 left in this segment" in page
    assert "Line 1, character 4" in _text(coordinator.post(_url("measure"), {"body": "Hi {{"}))


def test_what_was_changed_meanwhile_is_not_sent(cast: Cast, coordinator: Client) -> None:
    audience(cast, 2)
    campaign = draft(cast)
    seen = fingerprint(campaign)
    Campaign.objects.update(body="Another text")
    response = coordinator.post(_url("start", campaign.pk), {"seen": seen}, follow=True)
    assert "Somebody changed the campaign since you looked at it." in _text(response)
    assert Campaign.objects.get().status == Status.DRAFT


def test_a_second_click_sends_nothing_twice_and_says_so(cast: Cast, coordinator: Client) -> None:
    audience(cast, 2)
    campaign = draft(cast)
    data = {"seen": fingerprint(campaign)}
    coordinator.post(_url("start", campaign.pk), data)
    response = coordinator.post(_url("start", campaign.pk), data, follow=True)
    assert "That is not possible: the campaign is sending." in _text(response)


def test_a_schedule_is_read_in_the_zone_that_the_page_states(
    cast: Cast, coordinator: Client
) -> None:
    audience(cast, 2)
    campaign = draft(cast)
    data = {"seen": fingerprint(campaign), "zone": "Europe/Berlin", "at": "2031-07-01T10:00"}
    coordinator.post(_url("schedule", campaign.pk), data)
    campaign.refresh_from_db()
    assert campaign.status == Status.SCHEDULED
    assert campaign.scheduled_at is not None
    assert campaign.scheduled_at.isoformat() == "2031-07-01T08:00:00+00:00"
    coordinator.post(_url("unschedule", campaign.pk))
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
    response = coordinator.post(_url("schedule", campaign.pk), data, follow=True)
    assert sentence in _text(response)
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
    page = _text(coordinator.get(_url("preflight", campaign.pk)))
    assert "Nobody is in the audience." in page
    assert _url("start", campaign.pk) not in page


def test_a_campaign_under_way_is_watched_paused_resumed_and_cancelled(
    cast: Cast, coordinator: Client
) -> None:
    audience(cast, 4)
    campaign = draft(cast)
    moves.start(campaign=campaign)
    fan_out_chunk(campaign.pk)
    page = _text(coordinator.get(_url("progress", campaign.pk)))
    assert 'hx-trigger="every 1s"' in page
    page = _text(coordinator.post(_url("pause", campaign.pk), follow=True))
    assert "Paused. 0 went, 4 are waiting." in page
    coordinator.post(_url("resume", campaign.pk))
    page = _text(coordinator.get(_url("cancel", campaign.pk)))
    assert "0 messages went" in page
    assert "4 more will not go." in page
    assert Campaign.objects.get().status == Status.SENDING
    page = _text(coordinator.post(_url("cancel", campaign.pk), follow=True))
    assert "Cancelled. 0 went, 4 did not." in page
    assert 'hx-trigger="every 1s"' not in page
    assert coordinator.get(_url("progress_live", campaign.pk)).headers["HX-Refresh"] == "true"


def test_the_pace_is_measured_from_poll_to_poll(cast: Cast, coordinator: Client) -> None:
    audience(cast, 10)
    campaign = draft(cast)
    moves.start(campaign=campaign)
    fan_out_chunk(campaign.pk)
    pks = Message.objects.order_by("pk").values_list("pk", flat=True)
    Message.objects.filter(pk__in=list(pks[:5])).update(status="skipped")
    before = timezone.now() - timedelta(seconds=2)
    query = {"at": f"{before.timestamp()}", "done": "1", "rate": "0", "still": "3"}
    response = coordinator.get(_url("progress_live", campaign.pk), query)
    pace = response.context["pace"]
    assert 1.5 < pace.rate <= 2
    assert pace.left == timedelta(seconds=round(5 / pace.rate))
    assert parse_qs(pace.query)["done"] == ["5"]
    assert pace.still == 0
    page = _text(
        coordinator.get(_url("progress_live", campaign.pk), query | {"done": "5", "still": "9"})
    )
    assert "Nothing has moved for 11 seconds. Is a worker running?" in page
    for nonsense in ({"at": "x"}, {"at": "nan", "done": "inf", "rate": "-1", "still": "nan"}, {}):
        response = coordinator.get(_url("progress_live", campaign.pk), nonsense)
        assert response.status_code == 200
        assert response.context["pace"].rate == 0


def test_the_end_says_why_some_were_skipped(cast: Cast, coordinator: Client) -> None:
    audience(cast, 3)
    campaign = draft(cast)
    moves.start(campaign=campaign)
    fan_out_chunk(campaign.pk)
    Message.objects.update(status="skipped", reason="opted_out")
    assert endings.finish_if_done(campaign.pk)
    page = _text(coordinator.get(_url("progress", campaign.pk)))
    assert "Why some were skipped" in page
    assert '<td>Opted out.</td><td class="tg-right">3</td>' in page


def test_a_draft_can_be_copied_and_opens_in_the_composer(cast: Cast, coordinator: Client) -> None:
    campaign = draft(cast)
    Campaign.objects.update(status=Status.CANCELLED)
    response = coordinator.post(_url("copy", campaign.pk), follow=True)
    copied = Campaign.objects.exclude(pk=campaign.pk).get()
    assert response.redirect_chain[-1][0] == _url("change", copied.pk)
    assert "Copy of Spring sale" in _text(response)


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
        page = _text(coordinator.get(_url("changelist")))
    assert "Campaign 11" in page
    assert "100 %" in page


def test_the_empty_pages_say_what_to_do_first(cast: Cast, coordinator: Client) -> None:
    assert "Write the first campaign" in _text(coordinator.get(_url("changelist")))
    founder = User.objects.create_user("founder@new.example", "x")
    with transaction.atomic():
        new = Workspace.objects.create(slug="new", name="New")
        Membership.objects.create(workspace=new, user=founder, role=Role.OWNER)
    client = Client()
    client.force_login(founder)
    page = _text(client.get(_url("add")))
    assert "There is no purpose yet." in page
    assert "There is no sender number yet" in page
    assert "There are no contacts yet." in page


POSTS = ("start", "schedule", "unschedule", "pause", "resume", "copy", "preview", "cancel")


def test_an_analyst_reads_whole_numbers_and_changes_nothing(cast: Cast) -> None:
    audience(cast, 2)
    campaign = draft(cast)
    analyst = _as(cast, Role.ANALYST)
    assert "Spring sale" in _text(analyst.get(_url("changelist")))
    page = _text(analyst.get(_url("preflight", campaign.pk)))
    assert "+12395550000" in page
    assert _url("start", campaign.pk) not in page
    page = _text(analyst.get(_url("change", campaign.pk), follow=True))
    assert _url("cancel", campaign.pk) not in page
    assert analyst.get(_url("add")).status_code == 403
    assert analyst.get(_url("cancel", campaign.pk)).status_code == 403
    assert analyst.post(_url("measure"), {"body": "x"}).status_code == 403
    assert analyst.post(_url("change", campaign.pk), _content(cast)).status_code == 403
    for name in POSTS:
        response = analyst.post(_url(name, campaign.pk), {"seen": fingerprint(campaign)})
        assert response.status_code == 403, name
    campaign.refresh_from_db()
    assert (campaign.status, campaign.body) == (Status.DRAFT, "The sale is on.")
    assert Campaign.objects.count() == 1


def test_a_campaign_of_another_workspace_is_nowhere(cast: Cast) -> None:
    campaign = draft(cast, workspace=cast.rival, purpose=cast.rival_offers, name="Rival secret")
    owner = _as(cast, Role.OWNER)
    assert "Rival secret" not in _text(owner.get(_url("changelist")))
    for name in ("change", "preflight", "preflight_report", "progress", "progress_live", "cancel"):
        assert owner.get(_url(name, campaign.pk)).status_code == 404, name
    for name in POSTS:
        data = {"seen": fingerprint(campaign)}
        assert owner.post(_url(name, campaign.pk), data).status_code == 404, name
    campaign.refresh_from_db()
    assert campaign.status == Status.DRAFT


@pytest.mark.parametrize("name", [each for each in POSTS if each != "cancel"])
def test_a_link_alone_does_nothing(cast: Cast, coordinator: Client, name: str) -> None:
    campaign = draft(cast)
    assert coordinator.get(_url(name, campaign.pk)).status_code == 405


def test_a_preview_goes_to_the_members_own_number(cast: Cast, coordinator: Client) -> None:
    campaign = draft(cast, body="Hi {{ first_name }}")
    response = coordinator.post(_url("preview", campaign.pk), {"phone": "x"}, follow=True)
    assert "The number has letters in it." in _text(response)
    assert not Message.objects.exists()
    response = coordinator.post(
        _url("preview", campaign.pk), {"phone": "(239) 555-0177"}, follow=True
    )
    assert "The preview is on its way to +12395550177." in _text(response)
    message = Message.objects.get()
    assert (message.kind, message.body) == ("preview", "Hi Acme")
    assert message.contact.number == "+12395550177"
    assert (message.campaign, message.sender) == (None, cast.sender)
    cast.members[Role.COORDINATOR].refresh_from_db()
    assert str(cast.members[Role.COORDINATOR].phone) == "+12395550177"
