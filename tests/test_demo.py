"""The demo: untidy files, a workspace in which every reason shows, and pages that answer."""

from __future__ import annotations

import csv
import http.cookiejar
import re
import signal
import subprocess
import sys
import urllib.parse
import urllib.request
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import psutil
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from accounts.models import JournalEntry, Membership, Workspace
from accounts.roles import Role
from config import env, secret
from config.demo import samples
from config.demo.calls import CALLS_A_DAY, DAYS, DESTINATION
from config.demo.load import load_demo
from config.demo.workspace import (
    BEING_VERIFIED,
    SLUG,
    TOLL_FREE,
    email_of,
    ensure_workspace,
)
from consent.models import ConsentRecord, Contact, ImportRun
from consent.numbering import is_withheld
from forwarding.availability import unavailable
from forwarding.models import Call, CallEvent, ForwardingRule
from forwarding.routing import Line, route
from sending.gate.codes import Code
from sending.gate.preflight import preflight
from sending.models import (
    Campaign,
    CarrierAccount,
    Decision,
    FrequencyWindow,
    Message,
    SenderNumber,
)
from tests.config.test_up import Running, gone, wait_until
from tests.ports import some_port
from tests.scratch import environment_for, scratch_database

if TYPE_CHECKING:
    from pathlib import Path

SIMULATOR = "http://127.0.0.1:8010"


def test_the_committed_files_are_what_the_script_writes() -> None:
    assert samples.OPT_INS.read_bytes() == samples.opt_ins()
    assert samples.STORES.read_bytes() == samples.stores()


def test_every_number_of_the_files_is_fictional() -> None:
    for path, encoding, delimiter in (
        (samples.OPT_INS, "utf-8-sig", ","),
        (samples.STORES, "cp1252", ";"),
    ):
        rows = list(csv.reader(path.open(encoding=encoding, newline=""), delimiter=delimiter))
        assert len(rows) > 400
        for row in rows[1:]:
            digits = re.sub(r"\D", "", row[0])
            if len(digits) in (10, 11):
                assert digits[-7:-2] == "55501" or digits[-7:-4] in {"155", "555"}, row


def test_every_consent_of_the_files_lies_well_in_the_past() -> None:
    for path, encoding in ((samples.OPT_INS, "utf-8-sig"), (samples.STORES, "cp1252")):
        years = set(re.findall(r"\b(20\d\d)\b", path.read_text(encoding=encoding)))
        # What people typed wrong stays: it is there to be rejected.
        assert years - {"2062", "2019"} <= {"2024", "2025"}


def counts() -> dict[str, int]:
    models = (
        *(Workspace, Membership, Contact, ConsentRecord, Campaign, Message, Decision, ImportRun),
        *(SenderNumber, ForwardingRule, Call, CallEvent, JournalEntry),
    )
    return {model.__name__: model.objects.count() for model in models}


@pytest.mark.django_db
def test_every_reason_shows_in_a_preflight_and_a_second_run_adds_nothing() -> None:
    # What an interrupted first run may have left.
    ensure_workspace(simulator_url=SIMULATOR)
    load_demo(simulator_url=SIMULATOR)
    found = preflight(Campaign.objects.get(name="Winter sale")).counts
    # Only the text, made when it is sent, can refuse later.
    assert {code for code, count in found.items() if count} == set(Code) - {Code.BAD_TEXT}
    run = ImportRun.objects.get()
    assert run.status == ImportRun.Status.FINISHED
    assert run.accepted + run.known + run.rejected == run.rows_read == run.rows_total
    assert run.rejected > 50
    before = counts()
    load_demo(simulator_url="http://127.0.0.1:8099")
    # But for the journal, which tells that the simulator has moved.
    assert counts() == {**before, "JournalEntry": before["JournalEntry"] + 1}
    assert CarrierAccount.objects.get().api_url == "http://127.0.0.1:8099"


@pytest.mark.django_db
def test_windows_and_decisions_agree_with_the_messages() -> None:
    load_demo(simulator_url=SIMULATOR)
    windows = FrequencyWindow.objects.exclude(sent_1=None)
    assert windows.filter(sent_3__isnull=False).count() > 50
    for window in windows:
        times = Message.objects.filter(contact_id=window.contact_id, slot_at__isnull=False)
        newest = list(times.order_by("-slot_at").values_list("slot_at", flat=True)[:3])
        held = [time for time in (window.sent_1, window.sent_2, window.sent_3) if time]
        assert held == newest
    assert Decision.objects.count() == Message.objects.count()
    skipped = Message.objects.filter(status=Message.Status.SKIPPED)
    assert skipped.exists()
    assert not skipped.filter(slot_at__isnull=False).exists()


@pytest.mark.django_db
def test_every_role_has_somebody() -> None:
    load_demo(simulator_url=SIMULATOR)
    members = Membership.objects.filter(workspace__slug=SLUG)
    assert {member.role: member.user.email for member in members} == {
        role.value: email_of(role) for role in Role
    }


@pytest.mark.django_db
def test_the_journal_tells_how_it_came_about() -> None:
    ensure_workspace(simulator_url=SIMULATOR)
    entries = JournalEntry.objects.filter(workspace__slug=SLUG)
    kinds = Counter(entries.values_list("kind", flat=True))
    Kind = JournalEntry.Kind  # noqa: N806
    assert kinds == {Kind.ROLE: 4, Kind.CARRIER: 1, Kind.RATE: 1, Kind.SMART_SENDING: 1}
    assert {entry.actor.email for entry in entries} == {email_of(Role.OWNER)}
    ensure_workspace(simulator_url=SIMULATOR)
    assert entries.count() == kinds.total()
    ensure_workspace(simulator_url="http://127.0.0.1:8099")
    assert entries.filter(kind=Kind.CARRIER).count() == 2


@pytest.mark.django_db
def test_the_owner_set_up_call_forwarding_and_left_one_number_to_the_newcomer() -> None:
    load_demo(simulator_url=SIMULATOR)
    (entry,) = JournalEntry.objects.filter(kind=JournalEntry.Kind.CALL_FORWARDING)
    told = (entry.actor.email, entry.subject, entry.old, entry.new)
    assert told == (email_of(Role.OWNER), TOLL_FREE, "", DESTINATION)
    rule = ForwardingRule.objects.get()
    assert (rule.sender.number, rule.destination) == (TOLL_FREE, DESTINATION)
    waiting = SenderNumber.objects.get(number=BEING_VERIFIED)
    assert waiting.verification == SenderNumber.Verification.PENDING
    assert unavailable(waiting) is None


@pytest.mark.django_db
def test_the_calls_are_fictional_recent_and_decided_by_the_routing() -> None:
    load_demo(simulator_url=SIMULATOR)
    calls = list(Call.objects.select_related("sender"))
    assert len(calls) == 2 * sum(CALLS_A_DAY) + 2
    assert {call.outcome for call in calls} == set(Call.Outcome) - {Call.Outcome.PENDING}
    assert {call.reason for call in calls} == {
        *("caller_us", "caller_canadian", "caller_caribbean", "caller_other_country"),
        *("caller_toll_free", "caller_withheld", "no_rule"),
    }
    oldest = timezone.now() - timedelta(days=DAYS + 1)
    for call in calls:
        assert call.sender is not None
        has_rule = call.sender.number == TOLL_FREE
        line = Line(ours=True, destination=DESTINATION if has_rule else "")
        decided = route(call.caller, line)
        assert call.decision == decided.decision.value
        assert (call.reason, call.destination) == (decided.reason, decided.destination)
        assert oldest < call.received_at < timezone.now()
        assert call.ended_at is not None
        assert call.received_at < call.ended_at < timezone.now()
        # 020 7946 0000 to 0999 are London's.
        fictional = re.fullmatch(r"\+1[2-9]\d\d55501\d\d|\+4420794601\d\d", call.caller)
        assert fictional or is_withheld(call.caller), call.caller
    assert Counter(call.outcome for call in calls).most_common(1)[0][0] == Call.Outcome.ANSWERED


@pytest.mark.django_db
def test_it_is_not_loaded_into_somebodys_own_database(cast: object) -> None:
    with pytest.raises(CommandError, match="workspaces of its own"):
        call_command("load_demo")


@pytest.mark.faults
def test_the_demo_comes_up_lets_one_log_in_and_goes_without_a_trace(tmp_path: Path) -> None:
    port = some_port()
    log = tmp_path / "demo.log"
    with scratch_database() as url, log.open("wb") as output:
        keys = dict(line.split("=", 1) for line in secret.lines())
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(port), "--workers", "1"],
            cwd=env.BASE_DIR,
            # As from a fresh clone: not in development, so static files are collected.
            env={**environment_for(url, tmp_path / "data"), **keys, "DEBUG": "false"},
            stdout=output,
            stderr=output,
        )
        running = Running(process, port, log)
        try:
            wait_until(lambda: "Ctrl-C" in running.text() or process.poll() is not None, running)
            family = running.children()
            for role in Role:
                assert email_of(role) in running.text()
            password = re.search(r"password (\S+)", running.text())
            assert password is not None
            page = log_in(f"http://127.0.0.1:{port}", email_of(Role.OWNER), password[1])
            assert "Juniper Supply Co." in page
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
        assert process.returncode == 0, running.text()
        assert gone(family)
        assert not psutil.pid_exists(process.pid)
        assert "Traceback" not in running.text()


def log_in(address: str, email: str, password: str) -> str:
    """The first page that somebody sees after they have logged in."""
    cookies = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
    login = f"{address}/admin/login/?next=/admin/"
    form = browser.open(login, timeout=30).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    assert token is not None
    data = {"csrfmiddlewaretoken": token[1], "username": email, "password": password}
    page = browser.open(login, urllib.parse.urlencode(data).encode(), timeout=30)
    text: str = page.read().decode()
    assert page.status == 200
    assert "/login/" not in page.url
    return text
