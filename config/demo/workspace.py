"""Juniper's people, carrier account, senders, purposes and wording; made once, then left alone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction

from accounts import members, workspaces
from accounts.models import Membership, User, Workspace
from accounts.platform import COMPLIANCE
from accounts.roles import Role
from consent.models import Purpose, Wording
from sending import carrier_accounts, preferences, senders
from sending.models import CarrierAccount, SenderNumber

SLUG = "juniper"
STAFF = "staff@tollgate.example"
SIMULATOR = "Simulator"
TOLL_FREE = "+18885550142"
# Without call forwarding, so that a newcomer has something to set up.
BEING_VERIFIED = "+18665550143"
COMPLIANCE_STAFF = "compliance@tollgate.example"
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
    workspace = Workspace.objects.filter(slug=SLUG).first() or _create(simulator_url)
    _find_simulator(workspace, simulator_url)
    return Juniper(
        workspace=workspace,
        offers=Purpose.objects.get(workspace=workspace, name="Weekly offers"),
        news=Purpose.objects.get(workspace=workspace, name="Store news"),
        wording=Wording.objects.get(workspace=workspace, code="text-club", version=1),
        sender=SenderNumber.objects.get(workspace=workspace, number=TOLL_FREE),
        owner=User.objects.get(email=email_of(Role.OWNER)),
    )


def _find_simulator(workspace: Workspace, simulator_url: str) -> None:
    """The simulator listens elsewhere when its port was taken."""
    elsewhere = CarrierAccount.objects.filter(
        workspace=workspace, name=SIMULATOR, api_url__startswith="http://127.0.0.1:"
    ).exclude(api_url=simulator_url)
    for account in elsewhere:
        carrier_accounts.edit(
            account=account,
            name=account.name,
            api_url=simulator_url,
            account_sid=account.account_sid,
            auth_token=SIMULATOR_TOKEN,
            actor=Membership.objects.get(workspace=workspace, role=Role.OWNER).user,
            reason="The simulator of this start listens here.",
        )


def _create(simulator_url: str) -> Workspace:
    """By the services that the pages use, so that the journal tells how all this came about."""
    password = make_password(settings.DEMO_PASSWORD)
    _create_platform_staff(password)
    owner = _person(email_of(Role.OWNER), PEOPLE[Role.OWNER], password)
    workspace = workspaces.create(slug=SLUG, name="Juniper Supply Co.", owner=owner)
    for role, name in PEOPLE.items():
        if role == Role.OWNER:
            continue
        person = _person(email_of(role), name, password)
        members.add(
            workspace=workspace,
            email=person.email,
            role=role,
            actor=owner,
            reason="Joins Juniper's text-message team.",
        )
    Purpose.objects.create(
        workspace=workspace, name="Weekly offers", description="Discounts, at most 4 a week."
    )
    Purpose.objects.create(
        workspace=workspace, name="Store news", description="Openings and hours of one store."
    )
    Wording.objects.create(workspace=workspace, code="text-club", version=1, text=WORDING)
    _create_senders(workspace, owner, simulator_url)
    return workspace


def _create_platform_staff(password: str) -> None:
    """Sam, who may do everything, and Petra of the compliance team, who reads every workspace."""
    _person(STAFF, "Sam Staff", password, is_staff=True, is_superuser=True)
    petra = _person(COMPLIANCE_STAFF, "Petra Prüfer", password, is_staff=True)
    petra.groups.add(Group.objects.get(name=COMPLIANCE))


def _person(email: str, name: str, password: str, **staff: bool) -> User:
    """An account that can log in at once; somebody's own account is left as it is."""
    defaults = {"name": name, "password": password, **staff}
    return User.objects.get_or_create(email=email, defaults=defaults)[0]


def _create_senders(workspace: Workspace, owner: User, simulator_url: str) -> None:
    account = carrier_accounts.add(
        workspace=workspace,
        name=SIMULATOR,
        api_url=simulator_url,
        account_sid="AC" + "0123456789abcdef" * 2,
        auth_token=SIMULATOR_TOKEN,
        actor=owner,
    )
    sender = senders.add(
        workspace=workspace,
        account=account,
        number=TOLL_FREE,
        kind=SenderNumber.Kind.TOLL_FREE,
        country="US",
        verification=SenderNumber.Verification.VERIFIED,
    )
    senders.add(
        workspace=workspace,
        account=account,
        number=BEING_VERIFIED,
        kind=SenderNumber.Kind.TOLL_FREE,
        country="US",
        verification=SenderNumber.Verification.PENDING,
    )
    preferences.set_rate(
        sender=sender,
        # Far above a real toll-free number's 3, so that a newcomer sees a campaign end.
        rate=Decimal(25),
        actor=owner,
        reason="The simulator takes more than a real carrier, and a demo should not take all day.",
    )
    preferences.set_smart_sending(
        workspace=workspace,
        on=True,
        # With a day, Smart Sending would hide the state laws.
        hours=1,
        actor=owner,
        reason="One hour instead of a day, so that the demo shows the state laws at work.",
    )
