"""One row of an opt-in file: accepted, already known, or rejected with its reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role
from consent.imports.verdicts import SENTENCES, sentence
from consent.ledger import opt_in, opt_out
from consent.models import (
    ConsentRecord,
    ConsentState,
    Contact,
    ImportRow,
    ImportRun,
    Purpose,
    Wording,
)
from consent.numbering import NumberProblem
from tests.cast import Cast, opted_in
from tests.consent.files import GOOD, TITLES, check, counts, go, reasons, table, upload

FUTURE = (timezone.now() + timedelta(days=3)).isoformat()

REFUSED = [
    ({"number": ""}, "number_empty", "number"),
    ({"number": "305-CALL-NOW"}, "number_has_letters", "number"),
    ({"number": "305555012"}, "number_too_short", "number"),
    ({"number": "30555501234"}, "number_too_long", "number"),
    ({"number": "2115550123"}, "area_code_unassigned", "number"),
    ({"number": "5655550123"}, "area_code_not_in_service", "number"),
    ({"number": "3051550123"}, "exchange_impossible", "number"),
    ({"number": "+999123456789"}, "number_unknown", "number"),
    ({"number": "8005550123"}, "number_toll_free", "number"),
    ({"number": "9005550123"}, "number_service", "number"),
    ({"source": ""}, "source_missing", "source"),
    ({"source": "bought list"}, "source_unknown", "source"),
    ({"time of consent": ""}, "time_missing", "occurred_at"),
    ({"time of consent": "last week"}, "time_unreadable", "occurred_at"),
    ({"time of consent": "01/02/2026 10:00"}, "time_ambiguous_order", "occurred_at"),
    ({"time of consent": FUTURE}, "time_in_future", "occurred_at"),
    ({"time of consent": "1999-12-31T23:59:59Z"}, "time_before_2000", "occurred_at"),
    ({"answer": ""}, "answer_missing", "answer"),
    ({"answer": "no"}, "answer_not_yes", "answer"),
    ({"answer": "maybe yes"}, "answer_not_yes", "answer"),
    ({"wording": "fair-2019"}, "wording_unknown", "wording"),
    ({"first name": "x" * 81}, "cell_too_long", "first_name"),
    ({"place": "x" * 201}, "cell_too_long", "place"),
    ({"first name": "A\0na"}, "cell_unreadable", "first_name"),
]


@pytest.mark.parametrize(("cells", "code", "field"), REFUSED)
def test_a_row_that_proves_no_consent_is_rejected(
    cast: Cast, cells: dict[str, str], code: str, field: str
) -> None:
    run = go(upload(cast, table(cells)))
    assert counts(run) == (1, 0, 0, 1)
    assert run.codes == {code: 1}
    verdict = ImportRow.objects.get(run=run)
    assert (verdict.row, verdict.code, verdict.field) == (2, code, field)
    said = sentence(row=verdict.row, code=code, field=field, value=verdict.value)
    assert "Row 2" in said
    assert said.endswith(str(SENTENCES[code]))
    assert not ConsentRecord.objects.exists()
    assert not Contact.objects.exists()


def test_every_problem_of_a_number_is_among_the_reasons() -> None:
    assert {problem.value for problem in NumberProblem} <= {
        code for _cells, code, _field in REFUSED
    }
    assert {code for _cells, code, _field in REFUSED} <= set(SENTENCES)


@pytest.mark.parametrize("title", ["source", "time of consent", "answer"])
def test_without_the_column_no_row_is_consent(cast: Cast, title: str) -> None:
    run = go(upload(cast, table({}, titles=[each for each in TITLES if each != title])))
    assert counts(run) == (1, 0, 0, 1)


def test_an_accepted_row_is_kept_with_all_it_says(cast: Cast) -> None:
    job = upload(cast, table({}))
    run = go(job)
    assert counts(run) == (1, 1, 0, 0)
    record = ConsentRecord.objects.get()
    assert (record.workspace, record.purpose, record.kind) == (cast.acme, cast.offers, "opt_in")
    assert (record.source, record.answer) == ("web_form", "yes")
    assert record.occurred_at == datetime(2026, 1, 31, 14, 5, tzinfo=UTC)
    assert (record.collector, record.place) == (GOOD["collected by"], GOOD["place"])
    assert (record.wording, record.wording_text) == (None, GOOD["wording"])
    assert (record.import_job_id, record.import_row) == (job.pk, 2)
    assert record.recorded_by == cast.members[Role.ADMIN]
    person = record.contact
    assert (person.number, person.name, person.state) == ("+13055550123", "Ana Silva", "FL")
    state = ConsentState.objects.get()
    assert (state.contact, state.purpose, state.status) == (person, cast.offers, "opted_in")
    assert (state.opted_in_at, state.record) == (record.occurred_at, record)


@pytest.mark.parametrize("yes", ["yes", "YES", " Yes ", "ja", "Sim"])
def test_yes_counts_in_three_languages(cast: Cast, yes: str) -> None:
    assert counts(go(upload(cast, table({"answer": yes})))) == (1, 1, 0, 0)
    assert ConsentRecord.objects.get().answer == "yes"


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("Web Form", "web_form"),
        ("web_form", "web_form"),
        ("Telefon", "phone_call"),
        ("persönlich", "in_person"),
        ("PESSOALMENTE", "in_person"),
        ("Bewerbung", "application"),
        ("palavra-chave", "keyword"),
        ("inbound  keyword", "keyword"),
    ],
)
def test_sources_are_known_in_three_languages(cast: Cast, said: str, source: str) -> None:
    assert counts(go(upload(cast, table({"source": said})))) == (1, 1, 0, 0)
    assert ConsentRecord.objects.get().source == source


def test_a_wording_is_found_by_its_id_and_the_newest_version_is_meant(cast: Cast) -> None:
    first = Wording.objects.create(workspace=cast.acme, code="fair", text="May we?")
    second = Wording.objects.create(workspace=cast.acme, code="fair", version=2, text="May we now?")
    go(upload(cast, table({"wording": "FAIR"}, {"number": "2405550123", "wording": "fair v1"})))
    kept = ConsentRecord.objects.order_by("import_row").values_list("wording", "wording_text")
    assert list(kept) == [(second.pk, "May we now?"), (first.pk, "May we?")]


def test_the_wordings_of_another_workspace_are_unknown(cast: Cast) -> None:
    Wording.objects.create(workspace=cast.rival, code="fair", text="May we?")
    assert reasons(go(upload(cast, table({"wording": "fair"})))) == {2: "wording_unknown"}


def test_whoever_opted_out_is_never_brought_back(cast: Cast) -> None:
    jobs_purpose = Purpose.objects.create(workspace=cast.acme, name="Jobs")
    person = opted_in(jobs_purpose, GOOD["number"])
    opt_out(contact=person, source="keyword", occurred_at=timezone.now() - timedelta(days=300))
    for run in (check(upload(cast, table({}))), go(upload(cast, table({})))):
        assert counts(run) == (1, 0, 0, 1)
        assert reasons(run) == {2: "opted_out"}
    assert not ConsentRecord.objects.filter(purpose=cast.offers).exists()
    assert ConsentState.objects.get(contact=person).status == "opted_out"


def test_not_even_for_a_purpose_that_was_brought_back_by_hand(cast: Cast) -> None:
    person = opted_in(cast.offers, GOOD["number"])
    opt_out(contact=person, source="keyword", occurred_at=timezone.now() - timedelta(days=2))
    opt_in(
        contact=person,
        purpose=cast.offers,
        source="phone_call",
        occurred_at=timezone.now() - timedelta(days=1),
    )
    assert reasons(go(upload(cast, table({})))) == {2: "opted_out"}
    assert ConsentState.objects.get(contact=person).status == "opted_in"


def test_an_opt_out_at_another_workspace_does_not_matter(cast: Cast) -> None:
    stranger = opted_in(cast.rival_offers, GOOD["number"])
    opt_out(contact=stranger, source="keyword", occurred_at=timezone.now())
    assert counts(go(upload(cast, table({})))) == (1, 1, 0, 0)
    assert ConsentState.objects.get(contact=stranger).status == "opted_out"


def test_the_same_consent_twice_in_a_file_is_known_the_second_time(cast: Cast) -> None:
    rows = [{}, {"number": "(305) 555-0123"}, {"time of consent": "2026-01-31 09:05-05:00"}]
    for chunk in (1, 2, 100):
        dry = check(upload(cast, table(*rows)), chunk=chunk)
        assert counts(dry) == (3, 1, 2, 0)
        assert reasons(dry) == {3: "already_known", 4: "already_known"}
    wet = go(upload(cast, table(*rows)))
    assert (counts(wet), reasons(wet)) == (counts(dry), reasons(dry))


def test_a_second_consent_of_the_same_person_is_a_record_and_the_newest_counts(cast: Cast) -> None:
    newer, older = "2026-05-01T10:00:00Z", "2025-05-01T10:00:00Z"
    run = go(upload(cast, table({"time of consent": newer}, {"time of consent": older})))
    assert counts(run) == (2, 2, 0, 0)
    state = ConsentState.objects.get()
    assert state.opted_in_at == datetime(2026, 5, 1, 10, tzinfo=UTC)
    assert state.record.import_row == 2
    again = "2026-06-01T10:00:00Z"
    go(upload(cast, table({"time of consent": again})))
    state.refresh_from_db()
    assert state.opted_in_at == datetime(2026, 6, 1, 10, tzinfo=UTC)


def test_an_import_fills_in_a_name_but_changes_none(cast: Cast) -> None:
    nameless = opted_in(cast.offers, "+13055550123")
    named = opted_in(cast.offers, "+13055550124")
    Contact.objects.filter(pk=named.pk).update(first_name="Bo")
    go(upload(cast, table({}, {"number": "+13055550124"})))
    nameless.refresh_from_db()
    named.refresh_from_db()
    assert (nameless.name, named.name) == ("Ana Silva", "Bo")


def test_a_hint_in_the_file_settles_the_order_of_day_and_month(cast: Cast) -> None:
    rows = [
        {"time of consent": "01/02/2026 10:00"},
        {"number": "2405550123", "time of consent": "25/02/2026 10:00"},
    ]
    run = go(upload(cast, table(*rows)))
    assert (counts(run), run.date_order) == ((2, 2, 0, 0), "dmy")
    assert ConsentRecord.objects.get(import_row=2).occurred_at.month == 2


def test_hints_that_contradict_each_other_settle_nothing(cast: Cast) -> None:
    rows = [
        {"time of consent": "01/02/2026 10:00"},
        {"number": "2405550123", "time of consent": "25/02/2026 10:00"},
        {"number": "2405550124", "time of consent": "02/25/2026 10:00"},
    ]
    assert reasons(go(upload(cast, table(*rows)))) == {2: "time_ambiguous_order"}


def test_the_chosen_order_and_zone_are_used_and_remarked(cast: Cast) -> None:
    job = upload(
        cast,
        table({"time of consent": "01/02/2026 10:00"}),
        date_order="mdy",
        time_zone="America/New_York",
    )
    run = go(job)
    assert counts(run) == (1, 1, 0, 0)
    assert ConsentRecord.objects.get().occurred_at == datetime(2026, 1, 2, 15, tzinfo=UTC)
    assert run.notes == {"time_without_zone": 1}


def test_what_was_taken_for_granted_is_remarked(cast: Cast) -> None:
    run = go(
        upload(
            cast,
            table({"time of consent": "2026-01-31", "source": "in person", "collected by": ""}),
        )
    )
    assert run.notes == {"time_without_clock": 1, "time_without_zone": 1, "collector_missing": 1}
    assert ConsentRecord.objects.get().collector == "Acme shops"


def test_text_with_marks_of_copy_and_sql_arrives_unchanged(cast: Cast) -> None:
    nasty = "O'Brien \\N \\. \t tab\nline; DROP TABLE"
    go(upload(cast, table({"wording": nasty, "last name": "\\N", "place": "a\\tb"})))
    record = ConsentRecord.objects.get()
    assert (record.wording_text, record.place) == (nasty, "a\\tb")
    assert record.contact.last_name == "\\N"


def test_a_dry_run_writes_no_consent(cast: Cast) -> None:
    run = check(upload(cast, table({}, {"number": "x"})))
    assert run.kind == ImportRun.Kind.CHECK
    assert counts(run) == (2, 1, 0, 1)
    assert not Contact.objects.exists()
    assert not ConsentRecord.objects.exists()
    assert not ConsentState.objects.exists()
