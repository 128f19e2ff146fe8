"""The database is away: the line rings, in time, and the call is logged when it can be."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from forwarding import calls, database, spool
from forwarding.catching_up import log_waiting
from forwarding.models import Call
from forwarding.tasks import log_waiting_calls
from tests.cast import Cast
from tests.forwarding.calling import (
    SID,
    US_CALLER,
    Answer,
    call_form,
    call_path,
    place,
    post,
    report,
    rule,
)
from tests.forwarding.pg_line import Line, State

pytestmark = pytest.mark.django_db(transaction=True)
ALLOWED_SECONDS = 2.0


@pytest.fixture
def line(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> Iterator[Line]:
    """What calls go over to the database; everything else of the test has a line of its own."""
    server = settings.EMBEDDED_POSTGRES
    if server is None:
        pytest.skip("needs the embedded PostgreSQL: DATABASE_URL is set")
    own = connection.settings_dict["HOST"]
    directory = tmp_path_factory.mktemp("line")
    connection.ensure_connection()
    with Line(directory, server.socket_directory) as line:
        database.calls.forget()
        connection.settings_dict["HOST"] = str(directory)
        try:
            yield line
        finally:
            connection.settings_dict["HOST"] = own
            connection.close()
            database.calls.forget()


def timed(cast: Cast, caller: str = US_CALLER, **changed: str) -> Answer:
    started = time.monotonic()
    answer = place(cast, caller, **changed)
    assert time.monotonic() - started < ALLOWED_SECONDS
    return answer


def rings(answer: Answer) -> bool:
    return answer.status == 200 and "<Pause" in answer.markup and not answer.forwarded


@pytest.mark.parametrize("state", [State.GONE, State.SILENT])
@pytest.mark.parametrize("before", [True, False], ids=["known", "never reached"])
def test_the_line_rings_in_time_and_the_call_is_logged_later(
    cast: Cast, line: Line, kept: Path, state: State, before: bool
) -> None:
    rule(cast)
    if before:
        assert timed(cast, CallSid="CA-before").forwarded
    line.set(state)
    came_in = timezone.now()
    assert rings(timed(cast))
    assert not Call.objects.filter(sid=SID).exists()
    assert len(list(kept.iterdir())) == 1
    line.set(State.WELL)
    assert log_waiting() == 1
    call = Call.objects.get(sid=SID)
    assert (call.decision, call.reason) == ("ring", "database_away")
    assert (call.caller, call.sender, call.workspace) == (US_CALLER, cast.sender, cast.acme)
    assert came_in - timedelta(seconds=1) < call.received_at < came_in + timedelta(seconds=2)
    assert call.logged_at > call.received_at
    assert list(kept.iterdir()) == []


def test_calls_are_forwarded_again_soon_after_the_database_is_back(cast: Cast, line: Line) -> None:
    rule(cast)
    line.set(State.GONE)
    assert rings(timed(cast, CallSid="CA-away"))
    line.set(State.WELL)
    deadline = time.monotonic() + 10
    number = 0
    while not timed(cast, CallSid=f"CA-{number}").forwarded:
        assert time.monotonic() < deadline
        time.sleep(0.2)
        number += 1


def test_a_server_that_was_restarted_between_calls_costs_nobody_a_call(
    cast: Cast, line: Line
) -> None:
    rule(cast)
    assert timed(cast, CallSid="CA-1").forwarded
    line.set(State.GONE)
    line.set(State.WELL)
    assert timed(cast, CallSid="CA-2").forwarded


@pytest.mark.parametrize("state", [State.GONE, State.SILENT])
def test_fifty_callers_at_once_all_hear_ringing_in_time(
    cast: Cast, line: Line, kept: Path, state: State
) -> None:
    rule(cast)
    assert timed(cast, CallSid="CA-before").forwarded
    line.set(state)
    forms = [call_form(cast.sender, CallSid=f"CA-{number}") for number in range(50)]
    path = call_path(cast.sender.account)

    def call(form: dict[str, str]) -> tuple[float, Answer]:
        answer = post(path, form)
        return time.monotonic(), answer

    started = time.monotonic()
    # As many threads as the web server has; the others wait for their turn.
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(call, forms))
    assert all(rings(answer) for _at, answer in answers)
    assert max(at for at, _answer in answers) - started < ALLOWED_SECONDS
    line.set(State.WELL)
    assert log_waiting() == 50
    assert Call.objects.filter(reason="database_away").count() == 50


def test_a_repeat_while_the_first_is_not_logged_answers_the_same(cast: Cast, line: Line) -> None:
    rule(cast)
    line.set(State.GONE)
    first = timed(cast)
    assert rings(first)
    line.set(State.WELL)
    time.sleep(database.AWAY_SECONDS)
    assert timed(cast) == first
    log_waiting()
    assert timed(cast) == first
    assert Call.objects.count() == 1


def test_logging_twice_is_logging_once(cast: Cast, line: Line, kept: Path) -> None:
    line.set(State.GONE)
    timed(cast)
    [file] = kept.iterdir()
    content = file.read_bytes()
    assert log_waiting() == 1
    # As after a crash between the commit and the removal of the file.
    file.write_bytes(content)
    log_waiting_calls()
    assert Call.objects.count() == 1
    assert list(kept.iterdir()) == []


def test_a_report_that_comes_while_the_database_is_away_is_kept_for_later(
    cast: Cast, line: Line, kept: Path
) -> None:
    rule(cast)
    assert timed(cast).forwarded
    line.set(State.SILENT)
    assert rings(timed(cast, CallSid="CA-away"))
    assert report(cast, "completed", CallDuration="7") == 204
    assert Call.objects.get(sid=SID).outcome == "pending"
    assert len(list(kept.iterdir())) == 2
    line.set(State.WELL)
    assert log_waiting() == 2
    call = Call.objects.get(sid=SID)
    assert (call.outcome, call.seconds) == ("answered", 7)


def test_what_nobody_signed_is_not_logged(cast: Cast, line: Line, kept: Path) -> None:
    line.set(State.GONE)
    path = call_path(cast.sender.account)
    assert rings(post(path, call_form(cast.sender), token="guessed"))
    assert rings(post("/carrier/call/999999/", call_form(cast.sender, CallSid="CA-2")))
    assert len(list(kept.iterdir())) == 2
    line.set(State.WELL)
    assert log_waiting() == 2
    assert not Call.objects.exists()
    assert list(kept.iterdir()) == []


def test_what_the_database_did_after_nobody_waited_any_more_is_put_right(cast: Cast) -> None:
    """The caller heard ringing, so that is what the log says, whatever came to be written."""
    rule(cast)
    came_in = timezone.now()
    assert place(cast).forwarded
    _log_as_rung(cast, came_in)
    call = Call.objects.get()
    assert (call.decision, call.reason, call.destination) == ("ring", "database_away", "")
    assert call.outcome == "not_forwarded"


def test_an_answer_that_was_given_before_is_not_rewritten(cast: Cast) -> None:
    rule(cast)
    assert place(cast).forwarded
    _log_as_rung(cast, timezone.now() + timedelta(seconds=1))
    assert Call.objects.get().decision == "forward"


def _log_as_rung(cast: Cast, received_at: Any) -> None:
    ringing = calls.Ringing(SID, US_CALLER, cast.sender.number, "US")

    def work(connection: database.PunctualConnection) -> None:
        found = calls.look_up(connection, account_id=cast.sender.account_id, called=ringing.called)
        assert found is not None
        calls.log_afterwards(connection, found=found, ringing=ringing, received_at=received_at)

    database.calls.run(work)


def test_a_file_that_cannot_be_logged_stops_nobody_behind_it(
    cast: Cast, line: Line, kept: Path
) -> None:
    line.set(State.GONE)
    timed(cast, CallSid="CA-1")
    timed(cast, CallSid="CA-2")
    (kept / "torn.json").write_text('{"kind": "voice", ')
    theirs = cast.rival_sender
    assert rings(post(call_path(theirs.account), call_form(theirs)))
    with connection.cursor() as cursor:  # a secret that no key opens
        cursor.execute(
            "UPDATE sending_carrieraccount SET auth_token = 'x' WHERE id = %s", [theirs.account_id]
        )
    line.set(State.WELL)
    log_waiting()
    assert sorted(Call.objects.values_list("sid", flat=True)) == ["CA-1", "CA-2"]
    assert [path.suffix for path in kept.iterdir()] == [".bad", ".bad"]
    assert log_waiting() == 0


def test_only_so_many_calls_are_kept(
    cast: Cast, line: Line, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "MOST_FILES", 3)
    line.set(State.GONE)
    for number in range(6):
        assert rings(timed(cast, CallSid=f"CA-{number}"))
    assert len(list(kept.iterdir())) == 3


def test_what_is_kept_is_nobody_elses_to_read(cast: Cast, line: Line, kept: Path) -> None:
    line.set(State.GONE)
    timed(cast)
    [file] = kept.iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert kept.stat().st_mode & 0o077 == 0


def test_a_disk_that_takes_nothing_does_not_keep_the_line_from_ringing(
    cast: Cast, line: Line, kept: Path
) -> None:
    kept.write_text("a file where the directory should be")
    line.set(State.GONE)
    assert rings(timed(cast))


def test_waiting_calls_are_left_where_they_are_while_the_database_is_away(
    cast: Cast, line: Line, kept: Path
) -> None:
    line.set(State.GONE)
    timed(cast)
    connection.close()  # the next one goes over the line, as everything does on a real machine
    with pytest.raises(OperationalError):
        log_waiting()
    assert len(list(kept.iterdir())) == 1
    line.set(State.WELL)
    assert log_waiting() == 1
