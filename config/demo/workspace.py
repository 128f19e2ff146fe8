"""Juniper's people, carrier account, sender, purposes and wording; made once, then left alone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import Membership, User, Workspace
from accounts.roles import Role
from consent.models import Purpose, Wording
from sending.models import CarrierAccount, SenderNumber, SenderPreferences

SLUG = "juniper"
STAFF = "staff@tollgate.example"
SIMULATOR_TOKEN = "simulator"  # noqa: S105  what the simulator accepts from everybody
WORDING = (
    "Yes, text me Juniper's weekly offers at this number, by automated means. Up to 4 messages a "
    "week. Consent is no condition of a purchase. Message and data rates may apply. Reply STOP to "
    "stop, HELP for help."
)
PEOPLE = {
    Role.OWNER: "Olivia Juniper",
    Role.ADMIN: "Ada Admin",
    Role.MANAGER: "Manuel Costa",
    Role.COORDINATOR: "Cora Weber",
    Role.ANALYST: "Anton Blick",
}


@dataclass(frozen=True)
class Juniper:
    workspace: Workspace
    offers: Purpose
    news: Purpose
    wording: Wording
    sender: SenderNumber
    owner: User


def email_of(role: Role) -> str:
    return f"{role}@{SLUG}.example"


@transaction.atomic
def ensure_workspace(*, simulator_url: str) -> Juniper:
    """The workspace, made if it is not there; its carrier account points at ``simulator_url``."""
    workspace = Workspace.objects.filter(slug=SLUG).first() or _create()
    CarrierAccount.objects.filter(
        workspace=workspace, name="Simulator", api_url__startswith="http://127.0.0.1:"
    ).update(api_url=simulator_url)
    return Juniper(
        workspace=workspace,
        offers=Purpose.objects.get(workspace=workspace, name="Weekly offers"),
        news=Purpose.objects.get(workspace=workspace, name="Store news"),
        wording=Wording.objects.get(workspace=workspace, code="text-club", version=1),
        sender=SenderNumber.objects.get(workspace=workspace, number="+18885550142"),
        owner=User.objects.get(email=email_of(Role.OWNER)),
    )


def _create() -> Workspace:
    password = make_password(settings.DEMO_PASSWORD)
    User.objects.get_or_create(
        email=STAFF,
        defaults={
            "name": "Sam Staff",
            "password": password,
            "is_staff": True,
            "is_superuser": True,
        },
    )
    workspace = Workspace.objects.create(slug=SLUG, name="Juniper Supply Co.")
    for role, name in PEOPLE.items():
        person = User.objects.create(email=email_of(role), name=name, password=password)
        Membership.objects.create(workspace=workspace, user=person, role=role)
    Purpose.objects.create(
        workspace=workspace, name="Weekly offers", description="Discounts, at most 4 a week."
    )
    Purpose.objects.create(
        workspace=workspace, name="Store news", description="Openings and hours of one store."
    )
    Wording.objects.create(workspace=workspace, code="text-club", version=1, text=WORDING)
    _create_sender(workspace)
    return workspace


def _create_sender(workspace: Workspace) -> None:
    account = CarrierAccount.objects.create(
        workspace=workspace,
        name="Simulator",
        api_url="http://127.0.0.1:8010",
        account_sid="AC" + "0123456789abcdef" * 2,
        auth_token=SIMULATOR_TOKEN,
    )
    sender = SenderNumber.objects.create(
        workspace=workspace,
        account=account,
        number="+18885550142",
        kind=SenderNumber.Kind.TOLL_FREE,
        verification=SenderNumber.Verification.VERIFIED,
        # Far above a real toll-free number's 3, so that a newcomer sees a campaign end.
        rate=Decimal(25),
    )
    # One hour instead of a day: with a day, Smart Sending would hide the state laws.
    SenderPreferences.objects.update_or_create(
        workspace=workspace, defaults={"us_sender": sender, "smart_sending_hours": 1}
    )
