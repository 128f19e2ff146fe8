"""Two workspaces with a row of every kind; what is the rival's carries a mark that none may see."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.db import connection
from django.db.models import F, Model
from django.utils import timezone

from accounts import journal, scope
from accounts.models import JournalEntry, User, Workspace
from accounts.roles import Role
from consent.models import Contact, ImportJob, ImportRun, Purpose, Wording
from forwarding.models import Call, CallEvent, ForwardingRule
from sending.models import (
    Campaign,
    CarrierAccount,
    CarrierEvent,
    Decision,
    FrequencyLaw,
    LawChoice,
    Message,
    PolicySnapshot,
    SenderNumber,
)
from tests.cast import Cast, opted_in
from tests.routes import World

MARK = "zqrival"
# What tells that something of the rival's was shown, in any page, file or address.
MARKS = (MARK, "rival goods", "rival.example", "8885550199", "2395550188")
# Sessions and the like are a visitor's own.
OWN_TO_A_VISITOR = {"django_session", "django_migrations"}


def populate(cast: Cast) -> World:
    """Fill both workspaces of the cast."""
    Purpose.objects.filter(pk=cast.rival_offers.pk).update(name=f"{MARK} purpose")
    CarrierAccount.objects.filter(workspace=cast.rival).update(name=f"{MARK} account")
    cast.rival_offers.refresh_from_db()
    _fill(cast.acme, cast.offers, cast.sender, cast.members[Role.ADMIN], "+12395550177", "acme")
    rival = cast.rivals[Role.ADMIN]
    _fill(cast.rival, cast.rival_offers, cast.rival_sender, rival, "+12395550188", MARK)
    return World(cast.acme, cast.rival)


def _fill(
    workspace: Workspace, purpose: Purpose, sender: SenderNumber, who: User, number: str, mark: str
) -> None:
    now = timezone.now()
    person = opted_in(purpose, number)
    Contact.objects.filter(pk=person.pk).update(first_name=mark, last_name=mark)
    Wording.objects.create(workspace=workspace, code=f"{mark}-w", text=f"{mark} wording")
    # Something at work in each state that a page may ask for: the last row is a draft.
    campaign = None
    for status in (Campaign.Status.SENDING, Campaign.Status.DRAFT):
        campaign = Campaign.objects.create(
            workspace=workspace,
            name=f"{mark} campaign",
            purpose=purpose,
            sender=sender,
            body=f"{mark} text",
            status=status,
        )
    message = Message.objects.create(
        workspace=workspace,
        campaign=campaign,
        contact=person,
        sender=sender,
        kind=Message.Kind.CAMPAIGN,
        status=Message.Status.UNKNOWN,
        body=f"{mark} message",
        sid=f"SM{mark}",
    )
    policy = PolicySnapshot.objects.create(workspace=workspace, digest=mark, body={"of": mark})
    Decision.objects.create(
        workspace=workspace,
        message=message,
        contact=person,
        policy=policy,
        at=now,
        allowed=True,
        code="allowed",
        facts={"of": mark},
    )
    CarrierEvent.objects.create(
        message_id=message.pk, account=sender.account, sid=f"SM{mark}", status="sent", applied=True
    )
    law = FrequencyLaw.objects.order_by("pk").first() or FrequencyLaw.objects.create(
        state="FL",
        starts_on=timezone.localdate() - timedelta(days=1),
        on_by_default=True,
        citation="x",
        source="x",
    )
    LawChoice.objects.create(workspace=workspace, law=law, applied=True)
    job = ImportJob.objects.create(
        workspace=workspace,
        purpose=purpose,
        file=ContentFile(f"phone,opt_in_at\n{number},2026-01-02\n".encode(), f"{mark}.csv"),
        file_name=f"{mark}.csv",
        file_size=1,
        sha256="0" * 64,
        encoding="utf-8",
        delimiter=",",
        header=["phone", "opt_in_at"],
        mapping={"phone": 0, "opt_in_at": 1},
        collected_by=mark,
    )
    ImportRun.objects.create(
        job=job,
        kind=ImportRun.Kind.CHECK,
        status=ImportRun.Status.FINISHED,
        finished_at=now,
        rows_total=0,
    )
    ForwardingRule.objects.create(
        sender=sender, destination="+14155550123", set_up_by=who, changed_by=who
    )
    call = Call.objects.create(
        workspace=workspace,
        account=sender.account,
        sender=sender,
        sid=f"CA{mark}",
        caller=number,
        called=sender.number,
        decision=Call.Decision.FORWARD,
        reason="caller_us",
        destination="+14155550123",
        outcome=Call.Outcome.ANSWERED,
    )
    CallEvent.objects.create(call=call, leg=f"CA{mark}-leg", status="completed", applied=True)
    journal.record(
        workspace=workspace,
        actor=who,
        kind=JournalEntry.Kind.RATE,
        subject=f"{mark} subject",
        old="1",
        new="2",
        reason=f"{mark} reason",
    )


def fingerprint() -> dict[str, str]:
    """A checksum of each table, whole."""
    tables = sorted(set(connection.introspection.table_names()) - OWN_TO_A_VISITOR)
    parts = [
        f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
        f' FROM "{table}" t'
        for table in tables
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


def fingerprint_of(workspace: Workspace) -> dict[str, str]:
    """A checksum of the rows of one workspace in each table that has any."""
    found = {}
    for model in scoped_models():
        rows = scope.narrow(model._default_manager.all(), workspace.pk).order_by("pk")
        text = repr(list(rows.values_list()))
        found[model._meta.label] = hashlib.sha256(text.encode()).hexdigest()
    return found


def scoped_models() -> list[type[Model]]:
    """The models whose rows belong to a workspace, as `accounts.scope` knows them."""
    return [model for model in apps.get_models() if _path(model) is not None]


def _path(model: Any) -> str | None:
    if not model._meta.managed or model._meta.proxy:
        return None
    try:
        return scope.workspace_path(model)
    except Exception:
        return None


def crossings() -> list[str]:
    """Rows that refer to a row of another workspace; there is never one."""
    found = []
    for model in scoped_models():
        own = _path(model)
        if own == "pk" or model is User:
            continue
        for field in model._meta.concrete_fields:
            target: Any = field.related_model
            theirs = _path(target) if target else None
            if theirs in (None, "pk") or target is User or field.name == own:
                continue
            rows = model._default_manager.filter(**{f"{field.name}__isnull": False})
            if rows.exclude(**{f"{field.name}__{theirs}": F(str(own))}).exists():
                found.append(f"{model._meta.label}.{field.name}")
    return found
