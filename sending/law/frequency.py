"""States' limits on promotional messages in a rolling window.

Sources: Fla. Stat. § 501.616(6)(b); 15 O.S. § 775C.4(A); Md. Com. Law § 14-4502(c)(2);
ORS 646.563(1)(b). The rows, with their text and dates, are `sending.models.FrequencyLaw`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# No zone is further from UTC than 14 hours, so a day this far back has begun everywhere.
_FURTHEST_ZONE = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class FrequencyLimit:
    """At most ``cap`` promotional messages in any rolling ``hours``, between two days.

    Both days are days in the state and included; ``ends_on`` None: no end is known.
    """

    state: str
    cap: int
    hours: int
    starts_on: date
    ends_on: date | None = None


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def in_force(limit: FrequencyLimit, zones: Sequence[str], at: datetime) -> bool:
    """Whether the limit binds a number that may be in any of ``zones`` (IANA names) at ``at``.

    It binds as soon as it is a day of the law in one of them.
    """
    at = at.astimezone(UTC)
    surely_begun = limit.starts_on <= (at - _FURTHEST_ZONE).date()
    if surely_begun and (limit.ends_on is None or (at + _FURTHEST_ZONE).date() <= limit.ends_on):
        return True
    days = [at.astimezone(_zone(zone)).date() for zone in zones] or [at.date()]
    return any(
        limit.starts_on <= day and (limit.ends_on is None or day <= limit.ends_on) for day in days
    )


def reached(limit: FrequencyLimit, sent: Iterable[datetime], at: datetime) -> bool:
    """Whether ``sent`` leaves no room under the limit at ``at``.

    A message exactly as old as the window still counts: the statutes are silent on it, so the
    careful reading holds (RULES.md section 2a). A time ahead of ``at`` is a message under way.
    """
    since = at - timedelta(hours=limit.hours)
    return sum(1 for time in sent if time >= since) >= limit.cap


def free_again(limit: FrequencyLimit, sent: Sequence[datetime], at: datetime) -> datetime:
    """The first moment from ``at`` on at which the limit has room, were nothing else sent."""
    since = at - timedelta(hours=limit.hours)
    counted = sorted(time for time in sent if time >= since)
    if len(counted) < limit.cap:
        return at
    oldest_in_the_way = counted[len(counted) - limit.cap]
    # At exactly the window's age it still counts.
    return oldest_in_the_way + timedelta(hours=limit.hours, microseconds=1)
