"""The ledger: what opt-ins and opt-outs by hand amount to."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pgtrigger
import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import Error, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from consent.contacts import get_or_create
from consent.ledger import opt_in, opt_out
from consent.models import ConsentRecord, ConsentState, Contact, Purpose, Wording
from tests.cast import Cast, contact, opted_in

NUMBER = "+13055550123"


def hours_ago(hours: float) -> datetime:
    return timezone.now() - timedelta(hours=hours)


def say_yes(person: Contact, purpose: Purpose, at: datetime, **more: object) -> ConsentRecord:
    return opt_in(
        contact=person,
        purpose=purpose,
        source=ConsentRecord.Source.IN_PERSON,
        occurred_at=at,
        **more,  # type: ignore[arg-type]
    )


def say_stop(person: Contact, at: datetime) -> ConsentRecord:
    return opt_out(contact=person, source=ConsentRecord.Source.KEYWORD, occurred_at=at)


def state(person: Contact, purpose: Purpose) -> str:
    return ConsentState.objects.get(contact=person, purpose=purpose).status


def test_an_opt_in_writes_one_record_and_the_state(cast: Cast) -> None:
    person = contact(cast.acme, NUMBER)
    at = hours_ago(2)
    record = say_yes(person, cast.offers, at, collector="Kim", place="Fair", detail="at the desk")
    assert (record.workspace, record.purpose, record.kind) == (cast.acme, cast.offers, "opt_in")
    assert (record.collector, record.place, record.detail) == ("Kim", "Fair", "at the desk")
    kept = ConsentState.objects.get(contact=person)
    assert (kept.status, kept.opted_in_at, kept.record) == ("opted_in", at, record)
    assert kept.workspace == cast.acme


def test_consent_is_for_one_purpose_only(cast: Cast) -> None:
    other = Purpose.objects.create(workspace=cast.acme, name="Jobs")
    person = contact(cast.acme, NUMBER)
    say_yes(person, cast.offers, hours_ago(2))
    assert not ConsentState.objects.filter(contact=person, purpose=other).exists()


def test_an_opt_out_is_for_every_purpose_and_keeps_the_other_workspace(cast: Cast) -> None:
    jobs = Purpose.objects.create(workspace=cast.acme, name="Jobs")
    person = opted_in(cast.offers, NUMBER, hours_ago(5))
    say_yes(person, jobs, hours_ago(4))
    namesake = opted_in(cast.rival_offers, NUMBER)
    at = hours_ago(1)
    record = say_stop(person, at)
    assert record.purpose is None
    assert (state(person, cast.offers), state(person, jobs)) == ("opted_out", "opted_out")
    assert set(ConsentState.objects.filter(contact=person).values_list("record", flat=True)) == {
        record.pk
    }
    person.refresh_from_db()
    assert person.opted_out_at == at
    namesake.refresh_from_db()
    assert namesake.opted_out_at is None
    assert state(namesake, cast.rival_offers) == "opted_in"


def test_a_yes_after_the_opt_out_brings_back_only_its_purpose(cast: Cast) -> None:
    jobs = Purpose.objects.create(workspace=cast.acme, name="Jobs")
    person = opted_in(cast.offers, NUMBER, hours_ago(5))
    say_yes(person, jobs, hours_ago(4))
    stopped = hours_ago(3)
    say_stop(person, stopped)
    again = hours_ago(1)
    say_yes(person, cast.offers, again)
    person.refresh_from_db()
    assert person.opted_out_at == stopped
    assert (state(person, cast.offers), state(person, jobs)) == ("opted_in", "opted_out")
    assert ConsentState.objects.get(contact=person, purpose=cast.offers).opted_in_at == again


@pytest.mark.parametrize("earlier", [timedelta(0), timedelta(seconds=1), timedelta(days=3)])
def test_a_yes_from_before_the_opt_out_brings_back_nothing(cast: Cast, earlier: timedelta) -> None:
    person = opted_in(cast.offers, NUMBER, hours_ago(100))
    stopped = hours_ago(3)
    say_stop(person, stopped)
    with pytest.raises(ValidationError) as refused:
        say_yes(person, cast.offers, stopped - earlier)
    assert refused.value.code == "opted_out_later"
    assert state(person, cast.offers) == "opted_out"
    assert ConsentRecord.objects.filter(contact=person, kind="opt_in").count() == 1


def test_the_newest_opt_out_counts_whatever_the_order_of_recording(cast: Cast) -> None:
    person = opted_in(cast.offers, NUMBER, hours_ago(9))
    late, early = hours_ago(2), hours_ago(6)
    say_stop(person, late)
    say_stop(person, early)
    person.refresh_from_db()
    assert person.opted_out_at == late
    assert ConsentRecord.objects.filter(contact=person, kind="opt_out").count() == 2


def test_the_same_opt_out_again_undoes_no_later_yes(cast: Cast) -> None:
    person = opted_in(cast.offers, NUMBER, hours_ago(9))
    at = hours_ago(6)
    first = say_stop(person, at)
    say_yes(person, cast.offers, hours_ago(2))
    assert say_stop(person, at) == first
    assert state(person, cast.offers) == "opted_in"
    assert ConsentRecord.objects.filter(contact=person, kind="opt_out").count() == 1


def test_an_older_yes_never_moves_the_state_back(cast: Cast) -> None:
    newest = hours_ago(1)
    person = opted_in(cast.offers, NUMBER, newest)
    say_yes(person, cast.offers, hours_ago(50))
    assert ConsentState.objects.get(contact=person).opted_in_at == newest
    assert ConsentRecord.objects.filter(contact=person).count() == 2


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"source": "bought"}, "source_unknown"),
        ({"occurred_at": datetime(2026, 1, 1)}, "time_without_zone"),  # noqa: DTZ001
        ({"occurred_at": timezone.now() + timedelta(days=2)}, "time_in_future"),
        ({"answer": "no"}, "answer_not_yes"),
        ({"answer": ""}, "answer_not_yes"),
    ],
)
def test_what_is_no_consent_is_refused(cast: Cast, fields: dict[str, object], code: str) -> None:
    person = contact(cast.acme, NUMBER)
    given = {"source": "web_form", "occurred_at": hours_ago(1), "answer": "yes", **fields}
    with pytest.raises(ValidationError) as refused:
        opt_in(contact=person, purpose=cast.offers, **given)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert not ConsentRecord.objects.exists()


def test_nothing_crosses_workspaces(cast: Cast) -> None:
    person = contact(cast.acme, NUMBER)
    wording = Wording.objects.create(workspace=cast.rival, code="w", text="Yes?")
    for fields in ({"purpose": cast.rival_offers}, {"purpose": cast.offers, "wording": wording}):
        with pytest.raises(ValidationError) as refused:
            opt_in(contact=person, source="web_form", occurred_at=hours_ago(1), **fields)
        assert refused.value.code == "other_workspace"


def test_a_proof_is_kept_with_its_digest(cast: Cast) -> None:
    person = contact(cast.acme, NUMBER)
    record = say_yes(
        person, cast.offers, hours_ago(1), proof=ContentFile(b"abc", name="signed.pdf")
    )
    assert record.proof_sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    with record.proof.open() as kept:
        assert kept.read() == b"abc"


def test_records_contacts_and_wordings_never_change_or_vanish(cast: Cast) -> None:
    person = opted_in(cast.offers, NUMBER)
    Wording.objects.create(workspace=cast.acme, code="w", text="Yes?")
    record = ConsentRecord.objects.get(contact=person)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    pgtrigger.enable("consent.ConsentRecord:record_is_never_truncated")
    attempts = [
        "UPDATE consent_consentrecord SET source = 'application'",
        "DELETE FROM consent_consentrecord",
        "TRUNCATE consent_consentrecord CASCADE",
        "DELETE FROM consent_contact",
        "UPDATE consent_contact SET number = '+13055550199'",
        "UPDATE consent_wording SET text = 'No?'",
        "DELETE FROM consent_wording",
    ]
    try:
        for statement in attempts:
            with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        with pytest.raises(Error), transaction.atomic():
            ConsentRecord.objects.update(detail="changed")
        with pytest.raises(Error), transaction.atomic():
            ConsentRecord.objects.filter(pk=record.pk)._raw_delete("default")
        with pytest.raises(ProtectedError), transaction.atomic():
            person.delete()
        record.detail = "changed"
        with pytest.raises(Error), transaction.atomic():
            record.save()
    finally:
        pgtrigger.disable("consent.ConsentRecord:record_is_never_truncated")
    assert ConsentRecord.objects.get().detail == ""


def test_a_contact_is_made_once_for_every_spelling(cast: Cast) -> None:
    first = get_or_create(workspace=cast.acme, number="(305) 555-0123", first_name="Ana")
    again = get_or_create(workspace=cast.acme, number=NUMBER, first_name="Other")
    assert first == again
    assert (again.number, again.state, again.first_name) == (NUMBER, "FL", "Ana")
    assert get_or_create(workspace=cast.rival, number=NUMBER) != first


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("800 555 0123", "number_toll_free"),
        ("9005550123", "number_service"),
        ("12", "number_too_short"),
    ],
)
def test_no_contact_without_a_number_of_a_person(cast: Cast, number: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        get_or_create(workspace=cast.acme, number=number)
    assert refused.value.code == code
    assert not Contact.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_opt_outs_and_opt_ins_at_once_end_as_if_one_after_the_other(cast: Cast) -> None:
    """Each thread says stop or yes with its own time; none is lost, the last one decides."""
    person = opted_in(cast.offers, NUMBER, hours_ago(100))
    stops = [hours_ago(50 - n) for n in range(10)]
    barrier = threading.Barrier(len(stops) + 1)
    failures: list[BaseException] = []

    def run(stopped: datetime | None) -> None:
        try:
            barrier.wait()
            if stopped is None:
                say_yes(person, cast.offers, hours_ago(1))
            else:
                say_stop(person, stopped)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(stopped,)) for stopped in (*stops, None)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    person.refresh_from_db()
    assert person.opted_out_at == max(stops)
    assert ConsentRecord.objects.filter(contact=person, kind="opt_out").count() == len(stops)
    # Whatever came last decided the state, and the state names that record.
    kept = ConsentState.objects.get(contact=person)
    expected = "opted_in" if kept.record.kind == "opt_in" else "opted_out"
    assert kept.status == expected


@pytest.mark.django_db(transaction=True)
def test_two_first_sights_of_a_number_make_one_contact(cast: Cast) -> None:
    barrier = threading.Barrier(8)
    found: list[int] = []

    def run() -> None:
        barrier.wait()
        try:
            found.append(get_or_create(workspace=cast.acme, number=NUMBER).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
