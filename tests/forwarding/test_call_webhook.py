"""A call is announced: decided, logged once, answered in markup; and only to a carrier."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client, override_settings
from twilio.request_validator import RequestValidator

from consent.numbering import area_codes
from forwarding.models import Call, ForwardingRule
from forwarding.voice import RING_SECONDS
from sending.models import CarrierAccount, SenderNumber
from sending.signatures import matches
from tests.cast import Cast
from tests.forwarding.calling import (
    DESTINATION,
    SID,
    TOKEN,
    US_CALLER,
    Answer,
    call_form,
    call_path,
    forget_client,
    place,
    post,
    posted,
    rule,
)

pytestmark = pytest.mark.django_db(transaction=True)


def logged(**lookup: str) -> Call:
    return Call.objects.get(**lookup)


def verbs(answer: Answer) -> list[str]:
    return [verb.tag for verb in ET.fromstring(answer.markup)]


# --- what is answered and what is logged -------------------------------------------------------


def test_a_us_caller_is_forwarded_with_their_own_number_and_hears_ringing(cast: Cast) -> None:
    rule(cast)
    answer = place(cast)
    assert answer.status == 200
    [dial] = ET.fromstring(answer.markup)
    assert dial.tag == "Dial"
    # No callerId, so the caller's own is shown; no action, so nothing is fetched at the end.
    assert dial.attrib == {"answerOnBridge": "true", "timeout": "30"}
    [number] = dial
    assert number.text == DESTINATION
    assert number.attrib == {
        "statusCallback": f"http://127.0.0.1:8000{call_path(cast.sender.account)}status/",
        "statusCallbackEvent": "initiated ringing answered completed",
        "statusCallbackMethod": "POST",
    }
    call = logged()
    assert (call.decision, call.reason, call.destination) == ("forward", "caller_us", DESTINATION)
    assert (call.caller, call.called, call.sid) == (US_CALLER, cast.sender.number, SID)
    assert (call.workspace, call.account, call.sender) == (
        cast.acme,
        cast.sender.account,
        cast.sender,
    )
    assert (call.outcome, call.seconds, call.ended_at) == ("pending", None, None)


def test_a_canadian_caller_hears_ringing_that_nobody_answers(cast: Cast) -> None:
    rule(cast)
    answer = place(cast, "+14165550123", FromCountry="CA")
    pause, reject = ET.fromstring(answer.markup)
    # A pause before any other verb waits before picking up.
    assert (pause.tag, pause.attrib) == ("Pause", {"length": str(RING_SECONDS)})
    assert (reject.tag, reject.attrib) == ("Reject", {"reason": "busy"})
    call = logged()
    assert (call.decision, call.reason, call.destination) == ("ring", "caller_canadian", "")
    assert (call.outcome, call.carrier_country) == ("not_forwarded", "CA")


def test_every_area_code_calls_once(cast: Cast) -> None:
    rule(cast)
    for code in area_codes():
        answer = place(cast, f"+1{code}5550123", CallSid=f"CA{code}")
        assert answer.status == 200
        area = area_codes()[code]
        assert answer.forwarded == (area.kind == "geographic" and area.country == "US"), code
    assert Call.objects.count() == 497
    assert Call.objects.filter(decision="forward").count() == 380


@pytest.mark.parametrize("caller", ["anonymous", "+266696687", "7378742833", "", "+442079460958"])
def test_who_withholds_the_number_or_calls_from_abroad_is_not_forwarded(
    cast: Cast, caller: str
) -> None:
    rule(cast)
    assert verbs(place(cast, caller)) == ["Pause", "Reject"]
    assert logged().caller == caller


def test_the_area_code_decides_and_not_what_the_carrier_says_of_the_country(cast: Cast) -> None:
    rule(cast)
    assert place(cast, US_CALLER, FromCountry="CA").forwarded
    assert not place(cast, "+14165550123", FromCountry="US", CallSid="CA2").forwarded


def test_without_a_rule_the_line_rings(cast: Cast) -> None:
    assert verbs(place(cast)) == ["Pause", "Reject"]
    assert logged().reason == "no_rule"


def test_a_deleted_rule_forwards_the_next_call_no_more(cast: Cast) -> None:
    row = rule(cast)
    assert place(cast).forwarded
    row.delete()
    assert not place(cast, CallSid="CA2").forwarded


@pytest.mark.parametrize("state", ["unverified", "pending", "rejected"])
def test_the_verification_is_about_texts_and_calls_go_through(cast: Cast, state: str) -> None:
    rule(cast)
    SenderNumber.objects.filter(pk=cast.sender.pk).update(verification=state)
    assert place(cast).forwarded


def test_a_released_number_forwards_nothing(cast: Cast) -> None:
    rule(cast)
    SenderNumber.objects.filter(pk=cast.sender.pk).update(verification="released")
    assert not place(cast).forwarded
    call = logged()
    assert (call.reason, call.sender) == ("number_released", cast.sender)


def test_a_number_released_by_one_workspace_and_taken_by_another_is_the_others(cast: Cast) -> None:
    rule(cast)
    SenderNumber.objects.filter(pk=cast.sender.pk).update(verification="released")
    taken = SenderNumber.objects.create(
        workspace=cast.rival,
        account=cast.rival_sender.account,
        number=cast.sender.number,
        kind="toll_free",
    )
    assert not place(cast).forwarded
    theirs = post(call_path(taken.account), call_form(taken))
    assert not theirs.forwarded
    assert [call.reason for call in Call.objects.order_by("id")] == ["number_released", "no_rule"]
    assert [call.workspace for call in Call.objects.order_by("id")] == [cast.acme, cast.rival]


def test_a_forwarding_number_that_became_a_sender_number_is_not_called(cast: Cast) -> None:
    rule(cast)
    SenderNumber.objects.create(
        workspace=cast.rival,
        account=cast.rival_sender.account,
        number=DESTINATION,
        kind="long_code",
    )
    assert not place(cast).forwarded
    assert logged().reason == "destination_is_a_sender"


def test_a_number_of_another_workspace_is_not_forwarded_for_this_account(cast: Cast) -> None:
    rule(cast)
    theirs = cast.rival_sender
    ours = call_form(cast.sender, AccountSid=theirs.account.account_sid)
    assert not post(call_path(theirs.account), ours).forwarded
    call = logged()
    assert (call.workspace, call.sender, call.reason) == (cast.rival, None, "number_not_ours")


def test_a_call_without_an_id_rings_and_cannot_be_logged(cast: Cast) -> None:
    rule(cast)
    assert verbs(place(cast, CallSid="")) == ["Pause", "Reject"]
    assert not Call.objects.exists()


def test_what_is_too_long_or_odd_is_cut_and_logged(cast: Cast) -> None:
    rule(cast)
    answer = place(cast, "+" + "9" * 200, FromCountry="Ü" * 50)
    assert answer.status == 200
    assert len(logged().caller) == 64


def test_what_the_last_call_found_is_expected_and_never_believed(cast: Cast) -> None:
    """The second call of a number takes one statement; whatever changed meanwhile still counts."""
    row = rule(cast)
    assert place(cast, CallSid="CA-1").forwarded

    changes: list[tuple[str, Any, str]] = [
        (
            "another destination",
            lambda: ForwardingRule.objects.filter(pk=row.pk).update(destination="+12125550123"),
            "caller_us",
        ),
        (
            "a destination that sends",
            lambda: SenderNumber.objects.filter(pk=cast.rival_sender.pk).update(
                number="+12125550123"
            ),
            "destination_is_a_sender",
        ),
        (
            "a released number",
            lambda: SenderNumber.objects.filter(pk=cast.sender.pk).update(verification="released"),
            "number_released",
        ),
    ]
    for number, (what, change, reason) in enumerate(changes, start=2):
        change()
        place(cast, CallSid=f"CA-{number}")
        call = logged(sid=f"CA-{number}")
        assert call.reason == reason, what
        assert call.destination in {"", "+12125550123"}, what


def test_a_secret_that_was_changed_is_no_longer_believed(cast: Cast) -> None:
    rule(cast)
    assert place(cast, CallSid="CA-1").forwarded
    account = CarrierAccount.objects.get(pk=cast.sender.account_id)
    account.auth_token = "another"
    account.save()
    assert place(cast, CallSid="CA-2").status == 403
    path = call_path(account)
    assert post(path, call_form(cast.sender, CallSid="CA-3"), token="another").forwarded
    assert sorted(Call.objects.values_list("sid", flat=True)) == ["CA-1", "CA-3"]


# --- once ----------------------------------------------------------------------------------------


def test_a_repeat_answers_the_same_and_is_logged_once(cast: Cast) -> None:
    row = rule(cast)
    first = place(cast)
    ForwardingRule.objects.filter(pk=row.pk).update(destination="+12125550123")
    assert place(cast) == first
    row.delete()
    assert place(cast) == first
    assert Call.objects.count() == 1


def test_a_repeat_of_a_call_that_rang_goes_on_ringing(cast: Cast) -> None:
    first = place(cast)
    rule(cast)
    assert place(cast) == first
    assert logged().decision == "ring"


def test_the_same_call_many_times_at_once_is_logged_once(cast: Cast) -> None:
    rule(cast)
    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(lambda _: _placed(cast), range(32)))
    assert len(answers) == 1
    assert answers.pop().forwarded
    assert Call.objects.count() == 1


def _placed(cast: Cast) -> Answer:
    try:
        return place(cast)
    finally:
        connection.close()


def test_the_same_id_at_another_account_is_another_call(cast: Cast) -> None:
    rule(cast)
    place(cast)
    theirs = cast.rival_sender
    post(call_path(theirs.account), call_form(theirs))
    assert Call.objects.count() == 2


# --- the carrier, and nobody else ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("caller", "signature"),
    [
        ("+12349013030", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
        ("+14158675309", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    ],
)
def test_the_signature_is_the_one_that_the_carrier_documents(caller: str, signature: str) -> None:
    form = QueryDict(mutable=True)
    form.update(
        {
            "CallSid": "CA1234567890ABCDE",
            "Caller": caller,
            "Digits": "1234",
            "From": caller,
            "To": "+18005551212",
        }
    )
    address = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert matches(address=address, form=form, signature=signature, auth_token="12345")
    form["Digits"] = "1235"
    assert not matches(address=address, form=form, signature=signature, auth_token="12345")


def test_forged_and_altered_calls_are_refused_and_not_logged(cast: Cast) -> None:
    rule(cast)
    account = cast.sender.account
    path, fields = call_path(account), call_form(cast.sender)
    altered = {**fields, "From": "+12125550123"}
    refused = [
        posted(path, fields, {}),
        posted(path, fields, {"X-Twilio-Signature": "x"}),
        post(path, fields, token="guessed"),
        post(path, altered, signed=fields),
        post(path, {**fields, "Extra": "1"}, signed=fields),
        post(path, {name: value for name, value in fields.items() if name != "To"}, signed=fields),
        # Signed for another address, with a query of one's own, for another account.
        post(path, fields, signed_for=f"{path}status/"),
        post(path + "?a=1", fields, signed_for=path),
        post("/carrier/call/999999/", fields),
        post(call_path(cast.rival_sender.account), fields),
    ]
    assert {answer.status for answer in refused} == {403}
    assert not any(answer.markup for answer in refused)
    assert not Call.objects.exists()


def test_an_account_with_the_same_secret_is_still_another_account(cast: Cast) -> None:
    rule(cast)
    fields = call_form(cast.sender, AccountSid=cast.rival_sender.account.account_sid)
    assert post(call_path(cast.sender.account), fields).status == 403
    assert not Call.objects.exists()


def test_an_account_without_a_secret_lets_nobody_sign(cast: Cast) -> None:
    CarrierAccount.objects.filter(pk=cast.sender.account_id).update(auth_token="")
    assert place(cast).status == 403
    assert post(call_path(cast.sender.account), call_form(cast.sender), token="").status == 403


def test_the_public_address_counts_and_no_host_header(cast: Cast) -> None:
    rule(cast)
    path, fields = call_path(cast.sender.account), call_form(cast.sender)
    evil = "http://evil.example"
    headers = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(evil + path, fields),
    }
    with override_settings(ALLOWED_HOSTS=["*"]):
        assert posted(path, fields, headers).status == 403
        assert post(path, fields, Host="internal.example").forwarded
    # A path before all others, and a port that the carrier leaves out or writes.
    with override_settings(PUBLIC_URL="https://sms.example.com/tollgate"):
        assert place(cast, CallSid="CA2").forwarded
    with override_settings(PUBLIC_URL="https://sms.example.com"):
        signed = RequestValidator(TOKEN).compute_signature(
            f"https://sms.example.com:443{path}", {**fields, "CallSid": "CA3"}
        )
        given = {"X-Twilio-Signature": signed}
        assert posted(path, {**fields, "CallSid": "CA3"}, given).forwarded


def test_behind_a_proxy_that_ends_tls_a_call_is_not_redirected(cast: Cast) -> None:
    rule(cast)
    with override_settings(
        PUBLIC_URL="https://sms.example.com",
        ALLOWED_HOSTS=["sms.example.com"],
        SECURE_SSL_REDIRECT=True,
        SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
    ):
        forget_client()
        path, fields = call_path(cast.sender.account), call_form(cast.sender)
        host = "sms.example.com"
        assert post(path, fields, Host=host).status == 301
        assert post(path, fields, Host=host, X_Forwarded_Proto="https").forwarded
    forget_client()


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch", "head"])
def test_only_posting_is_answered(cast: Cast, method: str) -> None:
    answer = getattr(Client(), method)(call_path(cast.sender.account))
    assert answer.status_code == 405


def test_what_is_no_form_of_a_carrier_is_refused_unread(cast: Cast) -> None:
    path = call_path(cast.sender.account)
    client: Any = Client()
    assert client.post(path, {"CallSid": SID}).status_code == 403  # multipart
    assert client.post(path, "{}", content_type="application/json").status_code == 403
    large = {**call_form(cast.sender), "Extra": "x" * 40_000}
    assert post(path, large).status == 403
    assert not Call.objects.exists()


def test_a_browser_with_a_session_is_no_carrier_either(cast: Cast) -> None:
    client: Any = Client()
    client.force_login(cast.staff)
    answer = client.post(call_path(cast.sender.account), call_form(cast.sender))
    assert answer.status_code == 403
