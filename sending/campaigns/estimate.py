"""How long a campaign will take at its senders' rates."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.db.models import Count

from sending.campaigns.audience import contacts_of
from sending.campaigns.senders import by_country
from sending.models import Campaign


def duration(campaign: Campaign, *, going: int, total: int) -> timedelta | None:
    """About how long until ``going`` of ``total`` recipients have been handed to the carrier.

    Senders work side by side, so the slowest decides; those who may go are taken to be spread over
    countries like the whole audience. None when nobody goes.
    """
    if not going or not total:
        return None
    senders = by_country(campaign)
    shares: Counter[int] = Counter()
    rows = contacts_of(campaign).order_by().values_list("country").annotate(number=Count("pk"))
    for country, number in rows:
        if country in senders:
            shares[senders[country].pk] += number
    reachable = sum(shares.values())
    if not reachable:
        return None
    rates = {sender.pk: float(sender.rate) for sender in senders.values()}
    slowest = max(number / rates[pk] for pk, number in shares.items())
    return timedelta(seconds=max(1, round(slowest * going / reachable)))
