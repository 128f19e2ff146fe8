"""Getting started: the steps to a first campaign, each with where to take it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from consent.models import Contact, Purpose
from sending.models import Campaign, CarrierAccount, SenderNumber

if TYPE_CHECKING:
    from accounts.models import Workspace


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    why: str
    done: bool
    link: str | None


def steps(workspace: Workspace) -> list[Step]:
    """The five steps in order; each look-up stops at the first row."""
    mine = {"workspace": workspace}
    usable = SenderNumber.objects.filter(**mine).exclude(
        verification=SenderNumber.Verification.RELEASED
    )
    return [
        Step(
            _("Connect a carrier account"),
            _("Twilio, or anything that speaks its API."),
            CarrierAccount.objects.filter(**mine).exists(),
            _link("sms_settings:carrier"),
        ),
        Step(
            _("Add a sender number"),
            _("The number your recipients see."),
            usable.exists(),
            _link("sms_settings:preferences"),
        ),
        Step(
            _("Name a purpose"),
            _("What people consent to, such as “Weekly offers”. Consent is for it alone."),
            Purpose.objects.filter(**mine).exists(),
            _link("admin:consent_purpose_add", "admin:consent_purpose_changelist"),
        ),
        Step(
            _("Bring in opt-ins"),
            _("From a CSV file, with where and when each person said yes."),
            Contact.objects.filter(**mine).exists(),
            _link("admin:consent_importjob_add", "admin:consent_importjob_changelist"),
        ),
        Step(
            _("Send a campaign"),
            _("Preflight tells beforehand who gets it, who is skipped, and why."),
            Campaign.objects.filter(**mine).exists(),
            _link("admin:sending_campaign_add", "admin:sending_campaign_changelist"),
        ),
    ]


def _link(*names: str) -> str | None:
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return None
