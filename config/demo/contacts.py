"""Juniper's contacts: one file imported, some opted out, some added by hand or taken over."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.files import File
from django.utils import timezone

from config.demo.samples import OPT_INS
from config.demo.workspace import Juniper
from consent import contacts, ledger
from consent.imports import jobs
from consent.imports.run import work_on
from consent.models import ConsentRecord, ConsentState, Contact, ImportJob, ImportRun

OPT_OUTS = 60
HAND_MADE = 12
# From before Tollgate: a toll-free number, and an area code that nobody has. The gate refuses both.
TAKEN_OVER = ("+18885550177", "+12215550101")


def ensure_contacts(juniper: Juniper) -> None:
    """Everything here may be done again and then adds nothing."""
    _ensure_import(juniper)
    _ensure_opt_outs(juniper)
    _ensure_by_hand(juniper)
    _ensure_taken_over(juniper)


def _ensure_import(juniper: Juniper) -> None:
    job = ImportJob.objects.filter(workspace=juniper.workspace, file_name=OPT_INS.name).first()
    if job is None:
        with OPT_INS.open("rb") as file:
            job = jobs.create(
                workspace=juniper.workspace,
                purpose=juniper.offers,
                file=File(file, name=OPT_INS.name),
                name=OPT_INS.name,
            )
    if job.attested_at is None:
        jobs.attest(
            job=job,
            user=juniper.owner,
            collected_by="Juniper Supply Co.",
            collection_method="Text club form on the shop's site, and tablets in the stores",
            not_bought=True,
        )
    run = ImportRun.objects.filter(job=job, kind=ImportRun.Kind.IMPORT).first()
    if run is None:
        run = jobs.request(job=job, kind=ImportRun.Kind.IMPORT)
    work_on(run.pk)


def _ensure_opt_outs(juniper: Juniper) -> None:
    missing = (
        OPT_OUTS
        - Contact.objects.filter(workspace=juniper.workspace, opted_out_at__isnull=False).count()
    )
    opted_in = Contact.objects.filter(
        states__purpose=juniper.offers, states__status=ConsentState.Status.OPTED_IN
    ).order_by("number")
    for index, contact in enumerate(opted_in[: max(missing, 0) * 11 : 11]):
        ledger.opt_out(
            contact=contact,
            source=ConsentRecord.Source.KEYWORD,
            occurred_at=timezone.now() - timedelta(hours=index + 1),
            detail="STOP",
        )


def _ensure_by_hand(juniper: Juniper) -> None:
    """People who said yes to store news only; a campaign of offers must not reach them."""
    for index in range(HAND_MADE):
        contact = contacts.get_or_create(
            workspace=juniper.workspace,
            number=f"+1503555{100 + index:04}",
            first_name="Robin",
            last_name=f"Newcomer {index + 1}",
        )
        if not contact.states.exists() and contact.opted_out_at is None:
            ledger.opt_in(
                contact=contact,
                purpose=juniper.news,
                source=ConsentRecord.Source.IN_PERSON,
                occurred_at=_yesterday(),
                collector="Dana R.",
                place="Portland",
                recorded_by=juniper.owner,
            )


def _ensure_taken_over(juniper: Juniper) -> None:
    for number in TAKEN_OVER:
        contact, created = Contact.objects.get_or_create(
            workspace=juniper.workspace,
            number=number,
            defaults={"first_name": "Old", "last_name": "System"},
        )
        if created:
            ledger.opt_in(
                contact=contact,
                purpose=juniper.offers,
                source=ConsentRecord.Source.PHONE_CALL,
                occurred_at=_yesterday(),
                collector="Old system",
                recorded_by=juniper.owner,
            )


def _yesterday() -> datetime:
    return timezone.now() - timedelta(days=1)
