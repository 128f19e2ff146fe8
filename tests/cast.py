"""The fixed cast: two brands that must never see each other, with a member of every role."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, User, Workspace
from accounts.platform import COMPLIANCE
from accounts.roles import Role
from consent.models import ConsentRecord, ConsentState, Contact, Purpose
from consent.numbering import parse
from sending.models import CarrierAccount, SenderNumber, SenderPreferences

PASSWORD = "correct horse battery staple"


@dataclass
class Cast:
    """``acme`` and ``rival`` are workspaces; ``members`` are acme's, by role.

    ``staff`` is a superuser; ``clerk`` is of the compliance team and no superuser.
    """

    acme: Workspace
    rival: Workspace
    offers: Purpose
    rival_offers: Purpose
    sender: SenderNumber
    rival_sender: SenderNumber
    staff: User
    clerk: User
    members: dict[Role, User] = field(default_factory=dict)
    rivals: dict[Role, User] = field(default_factory=dict)

    @classmethod
    def assemble(cls) -> Cast:
        staff = User.objects.create(
            email="staff@tollgate.example",
            name="Sam Staff",
            password=_password(),
            is_staff=True,
            is_superuser=True,
        )
        clerk = User.objects.create(
            email="clerk@tollgate.example", name="Clerk", password=_password(), is_staff=True
        )
        clerk.groups.add(Group.objects.get(name=COMPLIANCE))
        acme, members = _workspace("acme", "Acme Outfitters")
        rival, rivals = _workspace("rival", "Rival Goods")
        return cls(
            acme=acme,
            rival=rival,
            offers=Purpose.objects.create(workspace=acme, name="Offers"),
            rival_offers=Purpose.objects.create(workspace=rival, name="Offers"),
            sender=_sender(acme, "+18885550100", "a"),
            rival_sender=_sender(rival, "+18885550199", "b"),
            staff=staff,
            clerk=clerk,
            members=members,
            rivals=rivals,
        )


@lru_cache(maxsize=1)
def _password() -> str:
    """Everyone's, hashed once: a good hasher is slow."""
    return make_password(PASSWORD)


@transaction.atomic
def _workspace(slug: str, name: str) -> tuple[Workspace, dict[Role, User]]:
    workspace = Workspace.objects.create(slug=slug, name=name)
    people = {}
    for role in Role:
        person = User.objects.create(
            email=f"{role}@{slug}.example", name=f"{slug} {role}".title(), password=_password()
        )
        Membership.objects.create(workspace=workspace, user=person, role=role)
        people[role] = person
    return workspace, people


def _sender(workspace: Workspace, number: str, letter: str) -> SenderNumber:
    account = CarrierAccount.objects.create(
        workspace=workspace,
        name="Simulator",
        api_url="http://127.0.0.1:9",
        account_sid="AC" + letter * 32,
        auth_token="12345",
    )
    sender = SenderNumber.objects.create(
        workspace=workspace,
        account=account,
        number=number,
        kind=SenderNumber.Kind.TOLL_FREE,
        verification=SenderNumber.Verification.VERIFIED,
        rate=Decimal(100_000),
    )
    SenderPreferences.objects.update_or_create(workspace=workspace, defaults={"us_sender": sender})
    return sender


def contact(workspace: Workspace, number: str, **fields: object) -> Contact:
    """A contact without any consent."""
    parsed = parse(number)
    return Contact.objects.create(
        workspace=workspace,
        number=parsed.e164,
        country=parsed.country,
        state=parsed.state,
        area_code=parsed.area_code,
        **fields,
    )


def opted_in(purpose: Purpose, number: str, at: datetime | None = None) -> Contact:
    """A contact with one opt-in by web form, written the long way so that tests need no ledger."""
    person = contact(purpose.workspace, number)
    record = ConsentRecord.objects.create(
        workspace=purpose.workspace,
        contact=person,
        purpose=purpose,
        kind=ConsentRecord.Kind.OPT_IN,
        source=ConsentRecord.Source.WEB_FORM,
        occurred_at=at or timezone.now(),
        answer="yes",
    )
    ConsentState.objects.create(
        workspace=purpose.workspace,
        contact=person,
        purpose=purpose,
        status=ConsentState.Status.OPTED_IN,
        opted_in_at=record.occurred_at,
        record=record,
    )
    return person
