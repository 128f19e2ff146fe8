"""Preflight tells beforehand exactly what sending then does, and writes nothing."""

from __future__ import annotations

from collections import Counter

from sending.dispatch.admit import admit
from sending.gate.explain import explain
from sending.gate.preflight import preflight
from sending.models import Campaign, Decision, FrequencyWindow, Message, SenderPreferences
from tests.cast import Cast, contact, opted_in
from tests.sending.dispatch.makers import earlier, started


def _mixed_audience(cast: Cast) -> None:
    opted_in(cast.offers, "+12165550101")
    opted_in(cast.offers, "+12165550102")
    earlier(cast, opted_in(cast.offers, "+12395550101"), 1)
    earlier(cast, opted_in(cast.offers, "+12395550102"), 1, 2, 3)
    opted_in(cast.offers, "+14165550101")
    gone = opted_in(cast.offers, "+12165550103")
    gone.states.update(status="opted_out")
    contact(cast.acme, "+12165550104")


def test_preflight_counts_are_what_sending_then_does(cast: Cast) -> None:
    SenderPreferences.objects.filter(workspace=cast.acme).update(smart_sending=False)
    _mixed_audience(cast)
    campaign = started(cast)
    before = (Decision.objects.count(), Message.objects.count(), FrequencyWindow.objects.count())
    report = preflight(campaign)
    assert before == (
        Decision.objects.count(),
        Message.objects.count(),
        FrequencyWindow.objects.count(),
    )
    assert report.counts == {"allowed": 3, "state_law": 1, "no_sender": 1, "opted_out": 1}
    assert (report.total, report.allowed, report.skipped, report.segments) == (6, 3, 3, 3)

    admit()
    done = Message.objects.filter(campaign=campaign).values_list("status", "reason")
    assert Counter("allowed" if status == "sending" else reason for status, reason in done) == (
        report.counts
    )


def test_limits_are_counted_beside_the_reason(cast: Cast) -> None:
    _mixed_audience(cast)
    report = preflight(started(cast))
    assert report.counts["smart_sending"] == 2
    assert report.limits == {"smart_sending": 2, "state_law": 1}
    (first, *_rest) = report.examples["smart_sending"]
    assert first.number.startswith("+1239")
    assert first.sentence.startswith("Smart Sending")


def test_an_audience_of_the_whole_workspace_shows_who_never_consented(cast: Cast) -> None:
    _mixed_audience(cast)
    campaign = Campaign(
        workspace=cast.acme,
        purpose=cast.offers,
        body="Hello",
        audience=Campaign.Audience.WORKSPACE,
    )
    assert preflight(campaign).counts["no_consent"] == 1


def test_preflight_tells_of_its_progress_and_spans_chunks(cast: Cast, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("sending.gate.preflight.CHUNK", 2)
    _mixed_audience(cast)
    seen: list[int] = []
    report = preflight(started(cast), progress=seen.append)
    assert seen == [2, 4, 6]
    assert report.total == 6


def test_explain_says_when(cast: Cast) -> None:
    person = opted_in(cast.offers, "+12395550101")
    times = earlier(cast, person, 1, 2, 3)
    SenderPreferences.objects.filter(workspace=cast.acme).update(smart_sending=False)
    told = explain(workspace=cast.acme, number="(239) 555-0101", purpose=cast.offers)
    assert (told.code, told.limits_hit, told.allowed) == ("state_law", ("state_law",), False)
    assert told.next_ok_at is not None
    assert told.next_ok_at > times[0]
    again = explain(
        workspace=cast.acme, number="2395550101", purpose=cast.offers, at=told.next_ok_at
    )
    assert again.allowed
    assert [limit.state for limit in again.limits] == ["FL"]


def test_explain_of_a_number_never_seen_is_no_consent(cast: Cast) -> None:
    told = explain(workspace=cast.acme, number="+12165550199", purpose=cast.offers)
    assert (told.code, told.contact, told.next_ok_at) == ("no_consent", None, None)


def test_explain_knows_nothing_of_another_workspace(cast: Cast) -> None:
    opted_in(cast.rival_offers, "+12165550199")
    told = explain(workspace=cast.acme, number="+12165550199", purpose=cast.offers)
    assert (told.code, told.contact, told.decisions) == ("no_consent", None, [])
