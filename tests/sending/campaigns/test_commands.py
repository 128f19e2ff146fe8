"""send_campaign, preflight and explain on the command line."""

from __future__ import annotations

import json
import threading
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from consent.models import ConsentState
from sending.campaigns import endings
from sending.campaigns.fanout import fan_out_chunk
from sending.management.commands import send_campaign
from sending.models import Campaign, FrequencyLaw, Message, SenderNumber, SenderPreferences
from tests.cast import Cast
from tests.sending.campaigns.makers import audience, draft

OFFERS = ("--workspace", "acme", "--purpose", "offers")


def _run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def _json(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_run(*arguments, "--json"))
    return found


def _refused(*arguments: str) -> str:
    with pytest.raises(CommandError) as refused:
        _run(*arguments)
    return str(refused.value)


def test_send_campaign_starts_one_and_leaves_the_sending_to_the_workers(cast: Cast) -> None:
    audience(cast, 3)
    facts = _json("send_campaign", *OFFERS, "--body", "The sale is on.")
    campaign = Campaign.objects.get()
    assert campaign.status == Campaign.Status.SENDING
    assert campaign.name == "The sale is on."
    assert facts == {
        "campaign": campaign.pk,
        "status": "sending",
        "total": 3,
        "went": 0,
        "skipped": 0,
        "failed": 0,
        "unknown": 0,
        "waiting": 3,
    }


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("--workspace", "acmee", "--purpose", "Offers", "--body", "x"),
            "There is no workspace acmee. Nearest: acme.",
        ),
        (
            ("--workspace", "acme", "--purpose", "Ofers", "--body", "x"),
            "Workspace acme has no purpose Ofers. Nearest: Offers.",
        ),
        (
            (*OFFERS, "--body", "x", "--sender", "+18885550199"),
            "Workspace acme has no sender +18885550199. Nearest: +18885550100.",
        ),
        ((*OFFERS, "--body", " "), "Write a text."),
        (
            (*OFFERS, "--body", "Hi {{ nick }}"),
            "There is no variable nick; these can be used: first_name, last_name.",
        ),
        ((*OFFERS, "--body", "x"), "Nobody is in the audience."),
    ],
)
def test_what_is_wrong_is_one_clear_line_and_leaves_nothing_behind(
    cast: Cast, arguments: tuple[str, ...], sentence: str
) -> None:
    assert _refused("send_campaign", *arguments) == sentence
    assert not Campaign.objects.exists()


def test_without_a_sender_send_campaign_refuses(cast: Cast) -> None:
    audience(cast, 1)
    SenderPreferences.objects.filter(workspace=cast.acme).update(us_sender=None)
    sentence = _refused("send_campaign", *OFFERS, "--body", "x")
    assert sentence == (
        "No country of the audience has a sender: United States. "
        "Add or choose one in the sender preferences."
    )
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    ("kind", "stored", "spelling"),
    [
        ("toll_free", "+18885550100", "(888) 555-0100"),
        ("toll_free", "+18885550100", "1.888.555.0100"),
        ("toll_free", "+18885550100", "tel:+1-888-555-0100"),
        ("short_code", "54321", "54321"),
        ("short_code", "543210", "543-210"),
        ("short_code", "54321", " 54 321"),
    ],
)
def test_the_sender_is_found_by_any_spelling(
    cast: Cast, kind: str, stored: str, spelling: str
) -> None:
    audience(cast, 1)
    SenderNumber.objects.filter(pk=cast.sender.pk).update(kind=kind, number=stored)
    _run("send_campaign", *OFFERS, "--body", "x", "--sender", spelling)
    assert Campaign.objects.get().sender == cast.sender


@pytest.mark.django_db(transaction=True)
def test_wait_stays_until_the_campaign_is_over(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    audience(cast, 2)
    monkeypatch.setattr(send_campaign, "POLL_SECONDS", 0.05)
    answers: list[dict[str, Any]] = []

    def run() -> None:
        answers.append(_json("send_campaign", *OFFERS, "--body", "x", "--wait"))
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    for _ in range(200):
        if Campaign.objects.filter(status="sending").exists():
            break
        thread.join(0.05)
    campaign = Campaign.objects.get()
    fan_out_chunk(campaign.pk)
    thread.join(0.3)
    assert thread.is_alive()
    Message.objects.update(status="skipped", reason="opted_out")
    assert endings.finish_if_done(campaign.pk)
    thread.join(10)
    assert (answers[0]["status"], answers[0]["skipped"], answers[0]["waiting"]) == ("sent", 2, 0)


def test_preflight_tells_who_may_go_and_writes_nothing(cast: Cast) -> None:
    people = audience(cast, 3)
    ConsentState.objects.filter(contact=people[0]).update(status="opted_out")
    campaign = draft(cast)
    facts = _json("preflight", str(campaign.pk))
    assert (facts["total"], facts["allowed"], facts["segments"]) == (3, 2, 2)
    assert facts["counts"] == {"allowed": 2, "opted_out": 1}
    assert facts["examples"]["opted_out"] == ["+1239•••0000"]
    assert _run("preflight", campaign.name).splitlines() == [
        "Spring sale: 2 of 3 may go, 2 segments.",
        "           1  Opted out.",
    ]
    assert not Message.objects.exists()


def test_preflight_of_a_campaign_that_is_not_there_or_not_one(cast: Cast) -> None:
    first, second = draft(cast), draft(cast)
    assert _refused("preflight", "999999999") == "There is no campaign 999999999."
    assert _refused("preflight", "Sprig sale") == (
        "There is no campaign Sprig sale. Nearest: Spring sale."
    )
    sentence = _refused("preflight", "Spring sale")
    assert sentence.startswith("Several campaigns are called Spring sale; name one by its id: ")
    assert str(first.pk) in sentence
    assert str(second.pk) in sentence


def test_explain_answers_whether_why_and_when(cast: Cast) -> None:
    audience(cast, 1)
    facts = _json("explain", "(239) 555-0000", *OFFERS)
    assert (facts["allowed"], facts["code"], facts["number"]) == (True, "allowed", "+12395550000")
    assert _run("explain", "+12395550001", *OFFERS).splitlines() == [
        "+1239•••0001: No consent to this purpose.",
        "The workspace has no contact with this number.",
    ]
    at = "2031-01-01T00:00:00+00:00"
    assert _json("explain", "+12395550000", *OFFERS, "--at", at)["at"] == at


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("123", *OFFERS), "The number is too short. Write all digits, with the area code."),
        (
            ("+12395550000", "--workspace", "nowhere", "--purpose", "x"),
            "There is no workspace nowhere. There are: acme, rival.",
        ),
        (
            ("+12395550000", *OFFERS, "--at", "noon"),
            "noon is not a time; write 2026-11-22T10:00+00:00.",
        ),
        (
            ("+12395550000", *OFFERS, "--at", "2026-11-22T10:00"),
            "2026-11-22T10:00 lacks its offset from UTC; write 2026-11-22T10:00+00:00 for UTC.",
        ),
    ],
)
def test_explain_says_in_one_line_what_is_wrong(
    cast: Cast, arguments: tuple[str, ...], sentence: str
) -> None:
    assert _refused("explain", *arguments) == sentence


def test_without_any_law_nothing_is_judged_and_one_line_says_so(cast: Cast) -> None:
    audience(cast, 1)
    campaign = draft(cast)
    FrequencyLaw.objects.all().delete()
    sentence = "The law table is empty; `manage.py migrate` fills it."
    assert _refused("preflight", str(campaign.pk)) == sentence
    assert _refused("explain", "+12395550000", *OFFERS) == sentence
