"""What became of a forwarded call: reports move it forward only, in any order, each kept once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from forwarding.models import Call, CallEvent
from forwarding.reports import ENDINGS
from tests.cast import Cast
from tests.forwarding.calling import LEG, SID, call_path, place, post, report, report_form, rule

pytestmark = pytest.mark.django_db(transaction=True)


def forwarded(cast: Cast) -> Call:
    rule(cast)
    assert place(cast).forwarded
    return Call.objects.get()


def events() -> list[tuple[str, bool]]:
    return list(CallEvent.objects.order_by("id").values_list("status", "applied"))


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("completed", "answered"),
        ("busy", "busy"),
        ("no-answer", "no_answer"),
        ("failed", "failed"),
        ("canceled", "caller_hung_up"),
    ],
)
def test_how_the_dialled_leg_ended_is_logged(cast: Cast, status: str, outcome: str) -> None:
    call = forwarded(cast)
    for each in ("initiated", "ringing"):
        assert report(cast, each) == 204
        call.refresh_from_db()
        assert call.outcome == "pending"
    assert report(cast, status, CallDuration="42") == 204
    call.refresh_from_db()
    assert (call.outcome, call.seconds) == (outcome, 42)
    assert call.ended_at is not None
    assert call.received_at <= call.ended_at <= timezone.now()
    assert events() == [("initiated", False), ("ringing", False), (status, True)]


def test_a_call_that_is_being_talked_in_is_answered_and_not_over(cast: Cast) -> None:
    call = forwarded(cast)
    report(cast, "in-progress")
    call.refresh_from_db()
    assert (call.outcome, call.seconds, call.ended_at) == ("answered", None, None)


@pytest.mark.parametrize("order", list(permutations(["ringing", "in-progress", "completed"])))
def test_reports_in_any_order_come_to_the_same(cast: Cast, order: tuple[str, ...]) -> None:
    call = forwarded(cast)
    for status in order:
        report(cast, status, CallDuration="7" if status == "completed" else "")
    call.refresh_from_db()
    assert (call.outcome, call.seconds) == ("answered", 7)
    assert CallEvent.objects.count() == 3


def test_the_first_ending_is_the_last_word(cast: Cast) -> None:
    call = forwarded(cast)
    report(cast, "busy", CallDuration="0")
    report(cast, "completed", CallDuration="99")
    report(cast, "in-progress")
    call.refresh_from_db()
    assert (call.outcome, call.seconds) == ("busy", 0)
    assert events() == [("busy", True), ("completed", False), ("in-progress", False)]


def test_a_replayed_report_changes_nothing(cast: Cast) -> None:
    call = forwarded(cast)
    report(cast, "completed", CallDuration="7")
    call.refresh_from_db()
    ended = call.ended_at
    for _ in range(3):
        assert report(cast, "completed", CallDuration="9") == 204
    call.refresh_from_db()
    assert (call.ended_at, call.seconds) == (ended, 7)
    assert events() == [("completed", True)]


def test_the_same_report_many_times_at_once_is_kept_once(cast: Cast) -> None:
    forwarded(cast)

    def send(status: str) -> int:
        try:
            return report(cast, status, CallDuration="7")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, ["ringing", "in-progress", "completed"] * 8))
    assert answers == {204}
    assert CallEvent.objects.count() == 3
    call = Call.objects.get()
    assert (call.outcome, call.seconds) == ("answered", 7)


def test_of_two_endings_at_once_one_is_the_last_word_and_the_other_is_told_so(cast: Cast) -> None:
    rule(cast)
    endings = ["busy", "completed", "no-answer", "failed"]
    for number in range(6):
        sid = f"CA-{number}"
        assert place(cast, CallSid=sid).forwarded
        together = Barrier(len(endings))

        def send(status: str, sid: str = sid, together: Barrier = together) -> int:
            try:
                together.wait(10)
                return report(cast, status, ParentCallSid=sid, CallDuration="7")
            finally:
                connection.close()

        with ThreadPoolExecutor(len(endings)) as pool:
            assert set(pool.map(send, endings)) == {204}
        call = Call.objects.get(sid=sid)
        [applied] = call.events.filter(applied=True)
        assert call.events.count() == len(endings)
        assert ENDINGS[applied.status] == call.outcome


def test_a_report_of_no_call_of_ours_is_harmless(cast: Cast) -> None:
    forwarded(cast)
    assert report(cast, "completed", ParentCallSid="CA" + "9" * 32) == 204
    assert Call.objects.get().outcome == "pending"
    assert events() == []


def test_another_accounts_report_moves_nothing(cast: Cast) -> None:
    forwarded(cast)
    theirs = cast.rival_sender.account
    path = f"{call_path(theirs)}status/"
    fields = report_form(cast.sender, "completed", AccountSid=theirs.account_sid)
    assert post(path, fields).status == 204
    assert Call.objects.get().outcome == "pending"


def test_forged_reports_are_refused(cast: Cast) -> None:
    forwarded(cast)
    path = f"{call_path(cast.sender.account)}status/"
    fields = report_form(cast.sender, "completed")
    assert post(path, fields, token="guessed").status == 403
    assert post(path, {**fields, "CallDuration": "1"}, signed=fields).status == 403
    assert post(path, fields, signed_for=call_path(cast.sender.account)).status == 403
    assert Call.objects.get().outcome == "pending"


@pytest.mark.parametrize("missing", ["CallSid", "CallStatus"])
def test_a_report_that_lacks_what_matters_is_harmless(cast: Cast, missing: str) -> None:
    forwarded(cast)
    assert report(cast, "completed", **{missing: ""}) == 204
    assert Call.objects.get().outcome == "pending"


@pytest.mark.parametrize("seconds", ["", "-1", "a lot", "9" * 12, "٣"])
def test_a_senseless_duration_is_not_believed(cast: Cast, seconds: str) -> None:
    call = forwarded(cast)
    assert report(cast, "completed", CallDuration=seconds) == 204
    call.refresh_from_db()
    assert call.outcome == "answered"
    assert call.seconds is None or call.seconds == 2_147_483_647


def test_of_a_call_that_rang_the_call_itself_tells_for_how_long(cast: Cast) -> None:
    assert not place(cast).forwarded
    assert report(cast, "completed", CallSid=SID, ParentCallSid="", CallDuration="12") == 204
    call = Call.objects.get()
    assert (call.outcome, call.seconds) == ("not_forwarded", 12)
    assert call.ended_at is not None


def test_of_a_forwarded_call_the_dialled_leg_tells_and_not_the_call_itself(cast: Cast) -> None:
    call = forwarded(cast)
    report(cast, "completed", CallSid=SID, ParentCallSid="", CallDuration="50")
    call.refresh_from_db()
    assert (call.outcome, call.seconds) == ("pending", None)
    report(cast, "no-answer", CallSid=LEG, CallDuration="0")
    call.refresh_from_db()
    assert call.outcome == "no_answer"


def test_the_database_keeps_what_was_decided(cast: Cast) -> None:
    call = forwarded(cast)
    changes: list[dict[str, Any]] = [
        {"decision": "ring", "destination": "", "outcome": "not_forwarded"},
        {"reason": "caller_canadian"},
        {"destination": "+12125550123"},
        {"caller": "+12125550123"},
        {"received_at": timezone.now()},
    ]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            Call.objects.filter(pk=call.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        call.delete()
    report(cast, "completed")
    with pytest.raises(DatabaseError), transaction.atomic():
        CallEvent.objects.update(status="busy")
