"""When someone consented, as files write it. Pure; what can be read in two ways is refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)

_NUMERIC = re.compile(
    r"(?P<first>\d{1,2})(?P<mark>[./-])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4})"
    r"(?:[ T,]+(?P<clock>\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)\s*(?P<half>[ap]\.?m\.?)?)?"
    r"\s*(?P<offset>Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE | re.ASCII,
)
_YEAR_FIRST = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T,]+(\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?))?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE | re.ASCII,
)


class TimeError(ValueError):
    """``code`` is the stable code of the refusal."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_time(text: str, *, zone: tzinfo, order: str) -> tuple[datetime, str]:
    """The moment that ``text`` names, with its offset, and a remark ("" or ``time_without_clock``).

    ``zone`` is for a text that names none. ``order`` is "dmy", "mdy", or "" for unknown: then
    01/02/2026 is refused. Dots always mean day first. A day without a time is its first moment,
    the earliest that it can have been. Raises `TimeError`.
    """
    try:
        # Most files: ISO 8601.
        moment = datetime.fromisoformat(text)
        remark = "time_without_clock" if len(text) <= 10 else ""
    except ValueError:
        moment, remark = _read_spelling(text.strip(), order)
    if moment.tzinfo is None:
        return _localised(moment, zone), remark
    return moment, remark


def shows_order(text: str) -> str:
    """The order of day and month that this text alone proves: "dmy", "mdy" or ""."""
    found = _NUMERIC.match(text)
    if found is None or found["mark"] == ".":
        return ""
    first, second = int(found["first"]), int(found["second"])
    if first > 12 >= second:
        return "dmy"
    return "mdy" if second > 12 >= first else ""


def _read_spelling(text: str, order: str) -> tuple[datetime, str]:
    year_first = _YEAR_FIRST.fullmatch(text)
    if year_first is not None:
        year, month, day, clock, offset = year_first.groups()
        return _assembled(int(year), int(month), int(day), clock, "", offset)
    found = _NUMERIC.fullmatch(text)
    if found is None:
        raise TimeError("time_unreadable")
    first, second = int(found["first"]), int(found["second"])
    if found["mark"] == "." or first == second:
        order = "dmy"
    order = shows_order(text) or order
    if order not in {"dmy", "mdy"}:
        raise TimeError("time_ambiguous_order")
    day, month = (first, second) if order == "dmy" else (second, first)
    return _assembled(
        int(found["year"]), month, day, found["clock"], found["half"] or "", found["offset"]
    )


def _assembled(
    year: int, month: int, day: int, clock: str | None, half: str, offset: str | None
) -> tuple[datetime, str]:
    hours, minutes, seconds = 0, 0, 0.0
    if clock:
        parts = clock.replace(",", ".").split(":")
        hours, minutes = int(parts[0]), int(parts[1])
        seconds = float(parts[2]) if len(parts) == 3 else 0.0
    if half:
        if not 1 <= hours <= 12:
            raise TimeError("time_unreadable")
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    try:
        moment = datetime(  # noqa: DTZ001  the zone follows
            year,
            month,
            day,
            hours,
            minutes,
            int(seconds),
            round(seconds % 1 * 1_000_000) % 1_000_000,
        )
        if offset:
            sign = "+00:00" if offset[0] not in "+-" else offset
            moment = datetime.fromisoformat(moment.isoformat() + sign)
    except ValueError:
        raise TimeError("time_unreadable") from None
    return moment, "" if clock else "time_without_clock"


def _localised(naive: datetime, zone: tzinfo) -> datetime:
    """``naive`` in ``zone``; refused in an hour that happens twice or never."""
    local = naive.replace(tzinfo=zone)
    first, second = local.utcoffset(), local.replace(fold=1).utcoffset()
    if first != second:
        assert first is not None
        assert second is not None
        raise TimeError("time_ambiguous_clock" if first > second else "time_never_was")
    return local
