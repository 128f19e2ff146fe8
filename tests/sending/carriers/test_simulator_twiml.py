"""What the simulated carrier reads in TwiML, and what it refuses rather than pass over."""

from __future__ import annotations

import pytest

from sending.carriers.simulator.voice.twiml import (
    Callback,
    Dial,
    Hangup,
    Pause,
    Reject,
    TwimlError,
    parse,
)

BASE = "https://tollgate.example/carrier/voice/1/"


def test_the_verbs_come_in_their_order_with_their_defaults() -> None:
    text = """<?xml version="1.0" encoding="UTF-8"?>
    <Response>
      <!-- a comment -->
      <Pause/><Pause length="3600"/>
      <Dial>+14155550142</Dial>
      <Reject reason="busy"/><Reject/><Hangup/>
    </Response>"""
    assert parse(text, base=BASE) == [
        Pause(1),
        Pause(3600),
        Dial("+14155550142", 30, 14_400, answer_on_bridge=False, caller_id="", callback=None),
        Reject("busy"),
        Reject("rejected"),
        Hangup(),
    ]
    assert parse("<Response/>", base=BASE) == []


def test_a_number_tells_its_events_to_an_address_beside_the_document() -> None:
    [dial] = parse(
        """<Response><Dial answerOnBridge="true" timeout="20" timeLimit="60"
          callerId="+18885550100">
        <Number statusCallback="../leg/?a=1&amp;b=2" statusCallbackEvent="initiated answered"
                statusCallbackMethod="GET"> (415) 555-0142 </Number></Dial></Response>""",
        base=BASE,
    )
    address = "https://tollgate.example/carrier/voice/leg/?a=1&b=2"
    events = frozenset({"initiated", "answered"})
    assert dial == Dial(
        "(415) 555-0142", 20, 60, True, "+18885550100", Callback(address, "GET", events)
    )


def test_without_a_word_only_the_end_is_told() -> None:
    [dial] = parse(
        '<Response><Dial><Number statusCallback="/leg">1</Number></Dial></Response>', base=BASE
    )
    assert isinstance(dial, Dial)
    assert dial.callback is not None
    assert dial.callback.events == {"completed"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no XML"),
        ("<Response><Dial>", "no XML"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><Response/>", "document type"),
        (f"<Response>{' ' * 70_000}</Response>", "longer than 64 kB"),
        ("<Reply/>", "begins with Reply"),
        ("<Response>hello</Response>", "text outside a verb: hello"),
        ("<Response><Pause/>hello</Response>", "text behind Pause"),
        ("<Response><Pause>hello</Pause></Response>", "Pause holds no text"),
        ("<Response><Pause><Dial/></Pause></Response>", "Pause holds no other element"),
        ("<Response><Say>hello</Say></Response>", "the verb Say"),
        ("<Response><pause/></Response>", "the verb pause"),
        ("<Response><Pause length='0'/></Response>", "Pause: length must be"),
        ("<Response><Pause length='1.5'/></Response>", "Pause: length must be"),
        ("<Response><Reject reason='no'/></Response>", "reason is rejected or busy"),
        ("<Response><Dial/></Response>", "Dial: no number"),
        ("<Response><Dial action='/next'>+14155550142</Dial></Response>", "not know action"),
        ("<Response><Dial timeout='601'>+14155550142</Dial></Response>", "timeout must be"),
        ("<Response><Dial><Sip>x</Sip></Dial></Response>", "does not know Sip"),
        ("<Response><Dial>1<Number>1</Number></Dial></Response>", "one number at a time"),
        ("<Response><Dial><Number url='/x'>1</Number></Dial></Response>", "not know url"),
        (
            "<Response><Dial><Number statusCallbackEvent='end'>1</Number></Dial></Response>",
            "no event end",
        ),
    ],
)
def test_what_it_would_not_carry_out_it_refuses(text: str, reason: str) -> None:
    with pytest.raises(TwimlError, match=reason):
        parse(text, base=BASE)
