"""Which number is used for a country other than the United States, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from sending.campaigns.senders import elsewhere
from sending.countries import country_name
from sending.models import SenderNumber
from sending.pages.settings.forms import senders_in_use

if TYPE_CHECKING:
    from accounts.models import Workspace


@dataclass(frozen=True, slots=True)
class Country:
    """``number`` is used, "" for none; ``why`` is a sentence; ``others`` are not used."""

    name: str
    number: str
    why: str
    others: list[str]


def countries(workspace: Workspace) -> list[Country]:
    """Every country but the United States that has a number, by name."""
    used = elsewhere(workspace.pk)
    numbers: dict[str, list[SenderNumber]] = {}
    for sender in senders_in_use(workspace).exclude(country="US").order_by("number"):
        numbers.setdefault(sender.country, []).append(sender)
    found = [_country(code, senders, used.get(code)) for code, senders in numbers.items()]
    return sorted(found, key=lambda country: country.name)


def _country(code: str, senders: list[SenderNumber], used: SenderNumber | None) -> Country:
    return Country(
        name=country_name(code),
        number=used.number if used else "",
        why=_why(senders, used),
        others=[sender.number for sender in senders if sender != used],
    )


def _why(senders: list[SenderNumber], used: SenderNumber | None) -> str:
    if used is None:
        return _("Every number of this country was rejected: recipients there are skipped.")
    if len(senders) == 1:
        return _("The only number of this country.")
    if used.verification == SenderNumber.Verification.VERIFIED:
        return _("Of the verified numbers of this country, the one added first.")
    return _("None of this country is verified yet; of those not rejected, the one added first.")
