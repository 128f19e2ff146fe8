"""Having the carrier announce calls here, for every number whose calls are forwarded.

What was told stands in the rule: `announced_to`, the address that the carrier confirmed. Where that
is not the address of today (a new rule, another carrier account, another public address), the
carrier is told by the next sweep, and after a failure again, ever more rarely.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now
from django.urls import reverse

from forwarding.models import ForwardingRule
from sending.carriers.voice_address import Told, tell
from sending.models import SenderNumber

if TYPE_CHECKING:
    from collections.abc import Iterable

# While one worker asks the carrier, others leave the rule alone for this long.
CLAIM = timedelta(minutes=1)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
MOST_TRIES_COUNTED = 20


def call_address(account_id: int) -> str:
    """Where the carrier of this account announces calls."""
    return settings.PUBLIC_URL + reverse("carrier-call", kwargs={"account": account_id})


def status_address(account_id: int) -> str:
    """Where the carrier of this account says what became of a call."""
    return settings.PUBLIC_URL + _status_path(account_id)


@lru_cache(maxsize=256)  # asked for with every call
def _status_path(account_id: int) -> str:
    return reverse("carrier-call-status", kwargs={"account": account_id})


def is_announced(rule: ForwardingRule) -> bool:
    """Whether the carrier confirmed the address of today."""
    return rule.announced_to == call_address(rule.sender.account_id)


def announce_due() -> int:
    """Tell the carriers what they do not know yet; the number of rules that are settled by it.

    Not in a transaction: the network is asked.
    """
    return sum(announce(rule) for rule in _due())


def _due() -> Iterable[ForwardingRule]:
    rows = ForwardingRule.objects.select_related("sender__account").exclude(
        sender__verification=SenderNumber.Verification.RELEASED
    )
    return [rule for rule in rows.filter(announce_due_at__lte=Now()) if not is_announced(rule)]


def announce(rule: ForwardingRule) -> bool:
    """Tell the carrier about one rule, unless another worker is at it; whether it is settled."""
    mine = ForwardingRule.objects.filter(pk=rule.pk, announce_due_at__lte=Now())
    if not mine.update(announce_due_at=Now() + CLAIM):
        return False
    account = rule.sender.account
    told = tell(
        api_url=account.api_url,
        account_sid=account.account_sid,
        auth_token=account.auth_token,
        number=rule.sender.number,
        voice_url=call_address(account.pk),
        status_url=status_address(account.pk),
    )
    # A rule that was deleted meanwhile is not there to be told.
    row = ForwardingRule.objects.filter(pk=rule.pk)
    if told is Told.DONE:
        row.update(
            announced_to=call_address(account.pk),
            announced_at=Now(),
            announce_problem="",
            announce_tries=0,
            announce_due_at=Now(),
        )
        return True
    tries = min(rule.announce_tries, MOST_TRIES_COUNTED)
    row.update(
        announce_problem=told,
        announce_tries=F("announce_tries") + 1,
        announce_due_at=Now() + min(FIRST_PAUSE * 2**tries, LONGEST_PAUSE),
    )
    return False


def try_now(rule: ForwardingRule) -> None:
    """Let the next look at the rule tell the carrier, whatever pause it was in."""
    row = ForwardingRule.objects.filter(pk=rule.pk)
    row.update(announce_due_at=Now(), announce_problem="", announce_tries=0)
