"""A round of the metronome against a real carrier process: what goes, what is kept, what counts."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from django.utils import timezone

from consent.models import ConsentState, Contact
from sending.dispatch.admit import LEASE, admit
from sending.dispatch.claim import HORIZON
from sending.dispatch.settle import MOST_ATTEMPTS
from sending.dispatch.tick import tick
from sending.gate.decision import decide
from sending.gate.facts import load_facts, load_policy
from sending.models import Decision, FrequencyWindow, Message
from tests.cast import Cast, contact, opted_in
from tests.sending.dispatch.makers import (
    connect,
    earlier,
    only_message,
    smart_sending_off,
    started,
    window,
)
from tests.simulator import Simulator

FLORIDA = "+12395550101"
OHIO = "+12165550101"


def test_a_message_goes_out_once_and_counts_from_its_acceptance(
    cast: Cast, simulator: Simulator
) -> None:
    connect(cast, simulator)
    person = opted_in(cast.offers, FLORIDA)
    campaign = started(cast)

    assert tick() == 1
    assert tick() == 0

    (entry,) = simulator.accepted()
    message = only_message(campaign)
    assert (entry.to, entry.sender, entry.body) == (FLORIDA, "+18885550100", campaign.body)
    assert (message.status, message.sid) == (Message.Status.ACCEPTED, entry.sid)
    assert message.accepted_at is not None
    assert window(person) == (message.accepted_at, None, None)


def test_a_skipped_message_is_not_posted_and_says_why(cast: Cast, simulator: Simulator) -> None:
    connect(cast, simulator)
    smart_sending_off(cast)
    person = opted_in(cast.offers, FLORIDA)
    times = earlier(cast, person, 1, 2, 3)
    campaign = started(cast)

    assert tick() == 1

    assert simulator.accepted() == []
    message = only_message(campaign)
    assert (message.status, message.reason, message.limits_hit) == (
        Message.Status.SKIPPED,
        "state_law",
        "state_law",
    )
    assert window(person) == tuple(reversed(times))


@pytest.mark.parametrize("hours", [(0.5, 3, 5), (0.5,)])
def test_smart_sending_is_the_reason_and_each_limit_hit_is_recorded(
    cast: Cast, simulator: Simulator, hours: tuple[float, ...]
) -> None:
    connect(cast, simulator)
    earlier(cast, opted_in(cast.offers, FLORIDA), *hours)
    campaign = started(cast)
    tick()
    message = only_message(campaign)
    assert message.reason == "smart_sending"
    assert message.limits_hit == ("smart_sending,state_law" if len(hours) == 3 else "smart_sending")


def test_who_opted_out_or_never_consented_is_skipped(cast: Cast, simulator: Simulator) -> None:
    connect(cast, simulator)
    gone = opted_in(cast.offers, OHIO)
    ConsentState.objects.filter(contact=gone).update(status=ConsentState.Status.OPTED_OUT)
    never = contact(cast.acme, "+12165550102")
    campaign = started(cast)
    Message.objects.create(
        workspace=cast.acme,
        campaign=campaign,
        contact=never,
        sender=cast.sender,
        kind=Message.Kind.CAMPAIGN,
    )
    tick()
    assert simulator.accepted() == []
    reasons = dict(Message.objects.values_list("contact_id", "reason"))
    assert reasons == {gone.pk: "opted_out", never.pk: "no_consent"}


def test_an_opt_out_after_the_fan_out_still_stops_it(cast: Cast, simulator: Simulator) -> None:
    connect(cast, simulator)
    person = opted_in(cast.offers, OHIO)
    campaign = started(cast)
    ConsentState.objects.filter(contact=person).update(status=ConsentState.Status.OPTED_OUT)
    tick()
    assert (simulator.accepted(), only_message(campaign).reason) == ([], "opted_out")


def test_every_decision_is_kept_and_comes_out_the_same_again(
    cast: Cast, simulator: Simulator
) -> None:
    connect(cast, simulator)
    earlier(cast, opted_in(cast.offers, FLORIDA), 25, 26, 30)
    earlier(cast, opted_in(cast.offers, "+14105550101"), 2)
    opted_in(cast.offers, OHIO).states.update(status="opted_out")
    opted_in(cast.offers, "+14165550101")
    opted_in(cast.offers, "+12165550199")
    nameless = opted_in(cast.offers, "+12165550198")
    never = contact(cast.acme, "+12165550197")
    toll_free = contact(cast.acme, "+18005550197")
    campaign = started(cast, body="{{ first_name }}")
    Contact.objects.exclude(pk=nameless.pk).update(first_name="Maria")
    for person in (never, toll_free):
        Message.objects.create(
            workspace=cast.acme,
            campaign=campaign,
            contact=person,
            sender=cast.sender,
            kind=Message.Kind.CAMPAIGN,
        )
    tick()
    smart_sending_off(cast)
    earlier(cast, opted_in(cast.offers, "+14105550102"), 1, 2, 3)
    started(cast, name="Second", body="Hello")
    tick()

    decisions = list(Decision.objects.select_related("policy"))
    assert {decision.code for decision in decisions} == {
        *("allowed", "not_textable", "no_sender", "opted_out", "no_consent"),
        *("smart_sending", "state_law"),
    }
    for decision in decisions:
        again = decide(load_facts(decision.facts), load_policy(decision.policy.body), decision.at)
        assert (again.code, ",".join(again.limits_hit)) == (decision.code, decision.limits_hit)
    silent = Message.objects.get(campaign=campaign, contact=nameless)
    assert (silent.status, silent.reason, silent.slot_at) == ("skipped", "bad_text", None)


def test_a_definite_refusal_gives_the_slot_back(cast: Cast, simulator: Simulator) -> None:
    connect(cast, simulator)
    smart_sending_off(cast)
    person = opted_in(cast.offers, FLORIDA)
    times = earlier(cast, person, 1, 2, 30)
    simulator.control(refuse_code=21610, refuse_share=1)
    campaign = started(cast)
    tick()
    message = only_message(campaign)
    assert (message.status, message.reason, message.error_code) == (
        Message.Status.FAILED,
        "carrier_refused",
        "21610",
    )
    # The one that the claim had pushed out is back as well.
    assert window(person) == tuple(reversed(times))


def test_what_the_carrier_is_too_busy_for_waits_with_its_slot_free(
    cast: Cast, simulator: Simulator
) -> None:
    connect(cast, simulator)
    person = opted_in(cast.offers, FLORIDA)
    simulator.control(throttle_share=1)
    campaign = started(cast)
    tick()
    message = only_message(campaign)
    assert (message.status, message.reason) == (Message.Status.QUEUED, "carrier_busy")
    assert window(person) == (None, None, None)
    assert tick() == 0, "it is not due before the pause is over"

    simulator.control()
    Message.objects.update(due_at=message.created_at)
    assert tick() == 1
    assert only_message(campaign).status == Message.Status.ACCEPTED
    assert len(simulator.accepted()) == 1


def test_a_carrier_that_stays_busy_is_given_up_but_an_outage_is_waited_for(
    cast: Cast, simulator: Simulator
) -> None:
    connect(cast, simulator)
    opted_in(cast.offers, OHIO)
    campaign = started(cast)
    simulator.control(throttle_share=1)
    Message.objects.update(attempts=MOST_ATTEMPTS - 1)
    simulator.stop()
    tick()
    message = only_message(campaign)
    assert (message.status, message.error_code) == (Message.Status.QUEUED, "not_connected")
    assert message.attempts == MOST_ATTEMPTS - 1

    simulator.restart()
    simulator.control(throttle_share=1)
    Message.objects.update(due_at=message.created_at)
    tick()
    message = only_message(campaign)
    assert (message.status, message.reason) == (Message.Status.FAILED, "carrier_busy")
    assert message.slot_at is None


def test_what_was_accepted_without_an_answer_is_unknown_and_never_posted_again(
    cast: Cast, simulator: Simulator
) -> None:
    connect(cast, simulator)
    person = opted_in(cast.offers, FLORIDA)
    simulator.control(drop_after_share=1)
    campaign = started(cast)
    tick()
    simulator.control()
    assert tick() == 0
    message = only_message(campaign)
    assert (message.status, message.reason) == (Message.Status.UNKNOWN, "no_answer")
    assert len(simulator.accepted()) == 1
    assert message.lease_until is not None
    assert window(person)[0] == message.lease_until, "it counts from the end of the lease"


def test_a_claimed_message_counts_from_the_end_of_its_lease(cast: Cast) -> None:
    person = opted_in(cast.offers, FLORIDA)
    started(cast)
    batch = admit()
    decision = Decision.objects.get()
    assert [posting.to for posting in batch.postings] == [FLORIDA]
    assert window(person) == (decision.at + LEASE, None, None)


def test_two_campaigns_in_one_round_count_each_other(cast: Cast, simulator: Simulator) -> None:
    connect(cast, simulator)
    smart_sending_off(cast)
    person = opted_in(cast.offers, FLORIDA)
    for number in range(5):
        started(cast, name=f"Campaign {number}")
    assert tick() == 5
    assert len(simulator.accepted()) == 3
    assert Message.objects.filter(reason="state_law").count() == 2
    assert None not in window(person)


def test_a_slow_sender_is_given_what_its_rate_allows_and_no_more(cast: Cast) -> None:
    cast.sender.rate = 3
    cast.sender.save()
    for number in range(10):
        opted_in(cast.offers, f"+1216555{number:04d}")
    started(cast)
    cast.sender.refresh_from_db()
    first_slot = timezone.now()
    went = 0
    for _ in range(5):
        went += len(admit().postings)
    # Slots lie a third of a second apart and are given out up to a second ahead.
    room = (timezone.now() - first_slot + HORIZON).total_seconds() * 3
    assert 3 <= went <= math.ceil(room)
    cast.sender.refresh_from_db()
    assert cast.sender.next_slot_at >= first_slot + timedelta(seconds=went / 3)
    assert Message.objects.filter(status="queued").count() == 10 - went
    assert Decision.objects.count() == went, "who waits is not decided yet"


def test_skipped_messages_use_up_no_rate(cast: Cast) -> None:
    cast.sender.rate = 1
    cast.sender.save()
    for number in range(5):
        earlier(cast, opted_in(cast.offers, f"+1216555{number:04d}"), 1)
    opted_in(cast.offers, "+12165550199")
    started(cast)
    assert [posting.to for posting in admit().postings] == ["+12165550199"]
    assert Message.objects.filter(status="skipped").count() == 5


def test_a_text_is_made_for_its_contact_and_kept(cast: Cast, simulator: Simulator) -> None:
    connect(cast, simulator)
    person = opted_in(cast.offers, OHIO)
    Contact.objects.filter(pk=person.pk).update(first_name="Maria")
    campaign = started(cast, body="Hi {{ first_name }}, 20% off.")
    tick()
    assert simulator.accepted()[0].body == "Hi Maria, 20% off."
    assert only_message(campaign).body == "Hi Maria, 20% off."


def test_nothing_of_a_paused_campaign_is_claimed(cast: Cast) -> None:
    from sending.campaigns import moves

    opted_in(cast.offers, OHIO)
    campaign = started(cast)
    moves.pause(campaign=campaign)
    assert admit().looked_at == 0


def test_a_country_without_a_sender_is_refused_by_the_gate(cast: Cast) -> None:
    opted_in(cast.offers, OHIO)
    opted_in(cast.offers, "+14165550101")
    campaign = started(cast)
    admit()
    reasons = Message.objects.filter(campaign=campaign).values_list("contact__number", "reason")
    assert dict(reasons)["+14165550101"] == "no_sender"


def test_an_expired_lease_becomes_unknown_and_keeps_its_slot(cast: Cast) -> None:
    from sending.dispatch.sweep import sweep

    person = opted_in(cast.offers, FLORIDA)
    campaign = started(cast)
    admit()
    before = window(person)
    assert sweep() == 0
    message = only_message(campaign)
    assert message.lease_until is not None
    Message.objects.update(lease_until=message.lease_until - LEASE - timedelta(seconds=1))
    assert sweep() == 1
    message = only_message(campaign)
    assert (message.status, message.reason) == (Message.Status.UNKNOWN, "lease_expired")
    assert window(person) == before
    assert FrequencyWindow.objects.count() == 1
