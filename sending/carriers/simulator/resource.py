"""Messages, pages and refusals in Twilio's JSON."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

import orjson

from sending.carriers.simulator.store import Text
from sending.carriers.simulator.validation import Problem
from sending.segments import count

API_VERSION = "2010-04-01"
_segments = lru_cache(maxsize=1024)(count)


@lru_cache(maxsize=64)
def _date(second: datetime) -> str:
    return format_datetime(second)


def date(at: datetime | None) -> str | None:
    """RFC 2822, to the second, as Twilio writes times."""
    return None if at is None else _date(at.replace(microsecond=0))


def resource(text: Text) -> dict[str, Any]:
    """One message as the API gives it."""
    entry = text.entry
    uri = f"/{API_VERSION}/Accounts/{entry.account}/Messages/{entry.sid}"
    return {
        "account_sid": entry.account,
        "api_version": API_VERSION,
        "body": entry.body,
        "date_created": date(entry.time),
        "date_sent": date(text.sent_at),
        "date_updated": date(text.updated_at or entry.time),
        "direction": "outbound-api",
        "error_code": text.error_code,
        "error_message": f"Error {text.error_code}" if text.error_code else None,
        "from": entry.sender,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(_segments(entry.body).segments),
        "price": None,
        "price_unit": "USD",
        "sid": entry.sid,
        "status": text.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": entry.to,
        "uri": f"{uri}.json",
    }


def refusal(problem: Problem) -> bytes:
    """An error as Twilio words it."""
    return orjson.dumps(
        {
            "code": problem.code,
            "message": problem.message,
            "more_info": f"https://www.twilio.com/docs/errors/{problem.code}",
            "status": problem.status,
        }
    )
