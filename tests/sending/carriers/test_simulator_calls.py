"""The simulated carrier calls our numbers, does what the TwiML says, and tells what happened."""

from __future__ import annotations

import asyncio
import time
import urllib.error
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from twilio.request_validator import RequestValidator

from sending.carriers.simulator.signed import SignedRequests
from sending.carriers.simulator.voice.asking import ask
from sending.carriers.simulator.voice.call import Call
from sending.carriers.simulator.voice.own_numbers import OwnNumber
from sending.carriers.simulator.voice.twiml import TwimlError
from tests.sending.carriers.answering import Answer, Webhook, once
from tests.sending.carriers.asking import ACCOUNT, call, show
from tests.simulator import AUTH_TOKEN, Simulator

OWN = "+18885550100"
CALLER = "+12395550123"
DESTINATION = "+14155550142"
EVENTS = "initiated ringing answered completed"


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    webhook = Webhook()
    yield webhook
    webhook.close()


@pytest.fixture
def carrier(simulator: Simulator, webhook: Webhook) -> Simulator:
    """It tells callbacks, and asks ``webhook`` about calls to `OWN`."""
    simulator.control(callbacks=True)
    simulator.set_voice(OWN, ACCOUNT, webhook.url + "/voice", webhook.url + "/ended")
    return simulator


def dial(webhook: Webhook, *, more: str = "", events: str = EVENTS, **attributes: str) -> str:
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    number = f'<Number statusCallback="/leg" statusCallbackEvent="{events}">{DESTINATION}</Number>'
    document = f"<Dial{written}>{number}</Dial>{more}"
    webhook.says(document)
    return document


def legs(webhook: Webhook, count: int) -> list[str]:
    """The events of the dialled leg, once the end of the whole call is told too."""
    end = time.monotonic() + 5
    while len(webhook.at("/ended")) < 1 and time.monotonic() < end:
        time.sleep(0.02)
    told = [one.form for one in webhook.at("/leg")]
    assert [form["SequenceNumber"] for form in told] == [str(n) for n in range(count)]
    return [form["CallStatus"] for form in told]


def ended(webhook: Webhook) -> str:
    [one] = webhook.at("/ended")
    return one.form["CallStatus"]


def valid(webhook: Webhook) -> bool:
    validator = RequestValidator(AUTH_TOKEN)
    return all(validator.validate(one.url, one.form, one.signature) for one in webhook.told)


def test_the_voice_address_is_asked_as_twilio_asks(carrier: Simulator, webhook: Webhook) -> None:
    placed = carrier.place_call("(239) 555-0123", OWN)
    assert (placed["state"], placed["from"]) == ("asking", CALLER)
    once(carrier, "ended")
    [asked] = webhook.at("/voice")
    assert asked.form == {
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "CallSid": placed["sid"],
        "CallStatus": "ringing",
        "Direction": "inbound",
        "From": CALLER,
        "To": OWN,
        "Caller": CALLER,
        "Called": OWN,
        **{f"{end}{what}": "" for end in ("From", "Caller") for what in ("City", "Zip")},
        **{f"{end}{what}": "" for end in ("To", "Called") for what in ("City", "Zip", "State")},
        **{f"{end}State": "FL" for end in ("From", "Caller")},
        **{f"{end}Country": "US" for end in ("From", "Caller")},
        **{f"{end}Country": "" for end in ("To", "Called")},
    }
    assert valid(webhook)


def test_foreign_and_withheld_callers_are_passed_as_they_are(
    carrier: Simulator, webhook: Webhook
) -> None:
    countries = {
        "+14165550123": "CA",
        "+18765550123": "JM",
        "+442079460123": "GB",
        "anonymous": "",
        "Restricted": "",
        "+266696687": "",
    }
    for caller in countries:
        carrier.place_call(caller, OWN)
        once(carrier, "ended")
    told = [one.form for one in webhook.at("/voice")]
    assert {form["From"]: form["FromCountry"] for form in told} == countries
    assert {form["CallerState"] for form in told} == {""}


def test_a_pause_rings_on_until_the_caller_hangs_up(carrier: Simulator, webhook: Webhook) -> None:
    webhook.says('<Pause length="3600"/>')
    sid = carrier.place_call(CALLER, OWN)["sid"]
    ringing = once(carrier, "ringing")
    assert (ringing["actions"], ringing["answered_at"]) == (["hang-up"], None)
    over = carrier.act(sid, "hang-up")
    assert (over["state"], over["status"]) == ("ended", "canceled")
    assert over["outcome"].startswith("Not forwarded; the caller heard ringing for 0:0")
    assert legs(webhook, 0) == []
    assert ended(webhook) == "canceled"
    assert valid(webhook)


def test_a_pause_that_is_over_ends_the_call_unanswered(
    carrier: Simulator, webhook: Webhook
) -> None:
    webhook.says('<Pause length="1"/>')
    carrier.place_call(CALLER, OWN)
    over = once(carrier, "ended")
    assert (over["status"], over["answered_at"]) == ("no-answer", None)
    assert over["outcome"] == (
        "Not forwarded; the caller heard ringing for 0:01, until the document ended"
    )


@pytest.mark.parametrize(
    ("document", "status", "answered"),
    [
        ('<Reject reason="busy"/>', "busy", False),
        ("<Reject/>", "no-answer", False),
        ("<Hangup/>", "completed", True),
        ('<Pause length="1"/><Reject/>', "no-answer", False),
    ],
)
def test_a_rejected_call_is_never_answered_and_a_hangup_answers(
    carrier: Simulator, webhook: Webhook, document: str, status: str, answered: bool
) -> None:
    webhook.says(document)
    carrier.place_call(CALLER, OWN)
    over = once(carrier, "ended")
    assert (over["status"], over["answered_at"] is not None) == (status, answered)
    legs(webhook, 0)
    assert ended(webhook) == status


def test_an_answered_call_is_told_step_by_step(carrier: Simulator, webhook: Webhook) -> None:
    document = dial(webhook, answerOnBridge="true")
    sid = carrier.place_call(CALLER, OWN)["sid"]
    ringing = once(carrier, "ringing_destination")
    assert ringing["actions"] == ["answer", "decline", "hang-up"]
    assert (ringing["destination"], ringing["answered_at"]) == (DESTINATION, None)
    connected = carrier.act(sid, "answer")
    assert (connected["state"], connected["actions"]) == ("connected", ["hang-up"])
    time.sleep(1.1)
    over = carrier.act(sid, "hang-up")
    assert over["outcome"] == (f"Connected with {DESTINATION} for 0:01; the caller hung up")
    assert over["twiml"] == f"<Response>{document}</Response>"
    assert over["webhook"]["status"] == 200
    assert legs(webhook, 4) == ["initiated", "ringing", "in-progress", "completed"]
    first, *_, last = [one.form for one in webhook.at("/leg")]
    for form in (first, last):
        assert form["ParentCallSid"] == sid
        assert form["CallSid"] == over["child_sid"] != sid
        assert (form["From"], form["To"]) == (CALLER, DESTINATION)
        assert (form["Direction"], form["AccountSid"]) == ("outbound-dial", ACCOUNT)
        assert form["CallbackSource"] == "call-progress-events"
    assert last["CallDuration"] == "2"
    assert "CallDuration" not in first
    [parent] = webhook.at("/ended")
    assert (parent.form["CallSid"], parent.form["CallStatus"]) == (sid, "completed")
    assert (parent.form["CallDuration"], parent.form["Direction"]) == ("2", "inbound")
    assert valid(webhook)


@pytest.mark.parametrize(
    ("action", "status", "outcome"),
    [
        ("decline", "busy", f"{DESTINATION} declined"),
        ("hang-up", "canceled", f"The caller hung up while {DESTINATION} was ringing"),
        ("", "no-answer", f"{DESTINATION} did not answer within 1 seconds"),
    ],
)
def test_a_destination_that_does_not_answer_is_told_as_such(
    carrier: Simulator, webhook: Webhook, action: str, status: str, outcome: str
) -> None:
    dial(webhook, answerOnBridge="true", timeout="1")
    sid = carrier.place_call(CALLER, OWN)["sid"]
    once(carrier, "ringing_destination")
    if action:
        carrier.act(sid, action)
    over = once(carrier, "ended")
    assert (over["outcome"], over["status"], over["connected_at"]) == (outcome, status, None)
    assert legs(webhook, 3) == ["initiated", "ringing", status]
    assert ended(webhook) == status


def test_only_the_events_that_were_asked_for_are_told(carrier: Simulator, webhook: Webhook) -> None:
    dial(webhook, events="answered completed", callerId=OWN)
    sid = carrier.place_call(CALLER, OWN)["sid"]
    assert once(carrier, "ringing_destination")["answered_at"] is not None
    carrier.act(sid, "answer")
    carrier.act(sid, "hang-up", by="destination")
    assert legs(webhook, 2) == ["in-progress", "completed"]
    assert webhook.at("/leg")[0].form["From"] == OWN


def test_the_document_goes_on_behind_a_dial(carrier: Simulator, webhook: Webhook) -> None:
    dial(webhook, answerOnBridge="true", more='<Pause length="60"/>')
    sid = carrier.place_call(CALLER, OWN)["sid"]
    once(carrier, "ringing_destination")
    assert carrier.act(sid, "decline")["state"] == "ringing"
    over = carrier.act(sid, "hang-up")
    assert over["outcome"].startswith(f"{DESTINATION} declined; the caller heard ringing for 0:0")


def test_when_the_destination_hangs_up_the_document_goes_on(
    carrier: Simulator, webhook: Webhook
) -> None:
    dial(webhook, more='<Pause length="60"/>')
    sid = carrier.place_call(CALLER, OWN)["sid"]
    once(carrier, "ringing_destination")
    carrier.act(sid, "answer")
    silent = carrier.act(sid, "hang-up", by="destination")
    assert (silent["state"], silent["actions"]) == ("connected", ["hang-up"])
    assert silent["disconnected_at"] is not None
    assert carrier.act(sid, "hang-up")["status"] == "completed"


def test_a_number_that_does_not_exist_fails_without_ringing(
    carrier: Simulator, webhook: Webhook
) -> None:
    document = '<Dial answerOnBridge="true"><Number statusCallback="/leg">{}</Number></Dial>'
    webhook.says(document.format("+19995550123"))
    carrier.place_call(CALLER, OWN)
    over = once(carrier, "ended")
    assert (over["status"], over["outcome"]) == (
        "failed",
        "+19995550123 cannot be dialled: area code unassigned",
    )
    assert legs(webhook, 1) == ["failed"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(status=403), "HTTP 403"),
        (Answer(status=500), "HTTP 500"),
        (Answer(status=301), "HTTP 301"),
        (Answer("call back"), "no XML"),
        (Answer("hello", content_type="text/plain"), "text/plain, not with XML"),
        (
            Answer(f"<Response><Dial callerId='+12125550199'>{DESTINATION}</Dial></Response>"),
            "13214",
        ),
    ],
)
def test_what_cannot_be_carried_out_is_read_to_the_caller_and_said_in_words(
    carrier: Simulator, webhook: Webhook, answer: Answer, reason: str
) -> None:
    webhook.answers = [answer]
    carrier.place_call(CALLER, OWN)
    over = once(carrier, "ended")
    assert reason in over["error"]
    assert over["outcome"] == f"Error read to the caller: {over['error']}"
    assert (over["webhook"]["status"], over["destination"]) == (answer.status, "")
    assert legs(webhook, 0) == []


def test_a_voice_address_that_does_not_answer_in_time_is_an_error(
    webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sending.carriers.simulator.signed.TIMEOUT_SECONDS", 0.2)
    webhook.answers = [Answer(after=1.0)]
    at = datetime.now(UTC)
    asked = Call(OwnNumber(ACCOUNT, OWN, at, at, voice_url=webhook.url + "/voice"), CALLER)

    async def run() -> None:
        requests = SignedRequests(AUTH_TOKEN)
        await requests.start()
        try:
            await ask(asked, requests, replay=False)
        finally:
            await requests.stop()

    with pytest.raises(TwimlError, match="did not answer within"):
        asyncio.run(run())


def test_a_voice_address_where_nobody_listens_is_an_error(carrier: Simulator) -> None:
    carrier.set_voice(OWN, ACCOUNT, "http://127.0.0.1:9/voice")
    carrier.place_call(CALLER, OWN)
    over = once(carrier, "ended")
    assert "could not be reached" in over["error"]
    assert over["webhook"] == {"status": None, "milliseconds": None}


def test_the_caller_may_hang_up_before_the_voice_address_has_answered(
    carrier: Simulator, webhook: Webhook
) -> None:
    webhook.answers = [Answer(after=1.0)]
    sid = carrier.place_call(CALLER, OWN)["sid"]
    assert carrier.calls()[0]["state"] == "asking"
    over = carrier.act(sid, "hang-up")
    assert (over["state"], over["status"]) == ("ended", "canceled")
    assert over["outcome"] == "The caller hung up before the voice address answered"


@pytest.mark.parametrize("action", ["answer", "decline"])
def test_what_the_state_does_not_allow_is_refused_in_one_line(
    carrier: Simulator, webhook: Webhook, action: str
) -> None:
    webhook.says('<Pause length="60"/>')
    sid = carrier.place_call(CALLER, OWN)["sid"]
    once(carrier, "ringing")
    for path, status in ((f"{sid}/{action}", 409), ("CAnone/hang-up", 404)):
        code, answer = call(
            carrier, f"/simulator/calls/{path}", b"{}", **{"Content-Type": "application/json"}
        )
        assert (code, answer["text"].count("\n")) == (status, 0)
    assert carrier.calls()[0]["state"] == "ringing"
    carrier.act(sid, "hang-up")
    with pytest.raises(urllib.error.HTTPError, match="409"):
        carrier.act(sid, "hang-up")


@pytest.mark.parametrize(
    ("caller", "to"), [("555-0123", OWN), ("", OWN), (CALLER, "+18885550199"), (CALLER, "")]
)
def test_who_cannot_call_or_be_called_places_no_call(
    carrier: Simulator, caller: str, to: str
) -> None:
    with pytest.raises(urllib.error.HTTPError, match="400"):
        carrier.place_call(caller, to)
    assert carrier.calls() == []


def test_another_sites_page_cannot_place_calls_or_act(carrier: Simulator, webhook: Webhook) -> None:
    webhook.says('<Pause length="60"/>')
    sid = carrier.place_call(CALLER, OWN)["sid"]
    once(carrier, "ringing")
    for path in ("", f"/{sid}/hang-up"):
        status, _ = call(carrier, f"/simulator/calls{path}", b"{}", Origin="https://evil.example")
        assert status == 403
    assert [one["state"] for one in carrier.calls()] == ["ringing"]


def test_a_replayed_request_is_the_same_and_a_different_answer_is_shown(
    carrier: Simulator, webhook: Webhook
) -> None:
    carrier.control(call_replay=1)
    webhook.says("<Reject/>")
    carrier.place_call(CALLER, OWN)
    assert once(carrier, "ended")["difference"] == ""
    first, second = webhook.at("/voice")
    assert first.form == second.form
    webhook.says("<Reject/>", "<Hangup/>")
    carrier.place_call(CALLER, OWN)
    over = once(carrier, "ended")
    assert "<Hangup/>" in over["difference"]
    assert over["status"] == "no-answer"
    webhook.answers = [Answer("<Response><Reject/></Response>"), Answer(status=500)]
    carrier.place_call(CALLER, OWN)
    assert "HTTP 500" in once(carrier, "ended")["difference"]


def test_callbacks_of_calls_come_twice_in_the_wrong_order_or_not_at_all(
    carrier: Simulator, webhook: Webhook
) -> None:
    def told(**faults: float) -> list[str]:
        webhook.told.clear()
        carrier.control(**faults)
        dial(webhook, answerOnBridge="true")
        sid = carrier.place_call(CALLER, OWN)["sid"]
        once(carrier, "ringing_destination")
        carrier.act(sid, "answer")
        carrier.act(sid, "hang-up")
        time.sleep(0.5)
        return [one.form["CallStatus"] for one in webhook.told if one.path != "/voice"]

    assert told(callbacks=True, callback_duplicates=1) == [
        status
        for status in ("initiated", "ringing", "in-progress", "completed", "completed")
        for _ in range(2)
    ]
    assert told(callbacks=True, callback_reorder=1) == [
        *("ringing", "initiated", "completed", "in-progress", "completed")
    ]
    assert told(callbacks=False) == []


def test_calls_that_are_under_way_end_with_the_carrier(
    carrier: Simulator, webhook: Webhook, capfd: pytest.CaptureFixture[str]
) -> None:
    webhook.says('<Pause length="3600"/>')
    carrier.place_call(CALLER, OWN)
    once(carrier, "ringing")
    carrier.stop()
    assert capfd.readouterr().err == ""
    carrier.restart()
    assert carrier.calls() == []


def test_the_page_says_in_words_what_became_of_a_call_and_escapes_it(
    carrier: Simulator, webhook: Webhook
) -> None:
    assert "No call yet." in show(carrier)
    webhook.says("<evil>x</evil>")
    carrier.place_call(CALLER, OWN)
    once(carrier, "ended")
    page = show(carrier)
    assert "Error read to the caller: this carrier does not know the verb evil" in page
    assert "&lt;evil&gt;" in page
    assert "<evil>" not in page
