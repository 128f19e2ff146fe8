"""What an answer of Twilio's Messages API means for a message. Pure: status and bytes in."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import orjson

from consent.numbering import mask
from sending.carriers.errors import ACCOUNT_REJECTED, RATE_LIMITED
from sending.carriers.outcome import Accepted, Outcome, Refused, TryLater, Unknown

# An account that is rejected is a matter for a person; until then messages wait, none is lost.
ACCOUNT_PAUSE_SECONDS = 300.0
# Below, codes speak of account and access (20003, 20404); from here on of the one message.
FIRST_MESSAGE_CODE = 21_000
_NUMBER = re.compile(r"\+?\d{7,15}")


def read_answer(status: int, content: bytes, *, pause: float) -> Outcome:
    """The outcome of a POST that was answered with ``status`` and ``content``.

    ``pause`` is what to suggest for 429. Whatever does not say clearly that the message was taken
    over or not is `Unknown`: an unreadable 201, any 5xx or redirect, and a 4xx without a code of
    the carrier's, for it comes from something in between.
    """
    answer = _object(content)
    if 200 <= status < 300:
        return _accepted(answer) or Unknown(f"HTTP {status} without a message id")
    if status == 429:
        return TryLater(RATE_LIMITED, pause)
    code = _code(answer)
    if 400 <= status < 500 and code >= FIRST_MESSAGE_CODE:
        return Refused(str(code), masked(str(answer.get("message") or "")))
    # Without a code, 403 may come from something that let the request through and not the answer.
    if status in {401, 404, 405} or (status == 403 and code):
        return TryLater(ACCOUNT_REJECTED, ACCOUNT_PAUSE_SECONDS)
    if 400 <= status < 500 and code:
        return Refused(str(code), masked(str(answer.get("message") or "")))
    return Unknown(f"HTTP {status}")


def masked(text: str) -> str:
    """``text`` with whatever may be a telephone number masked, at most 200 characters."""
    return _NUMBER.sub(lambda found: mask(found.group()), text)[:200]


def _object(content: bytes) -> dict[str, Any]:
    try:
        answer = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _accepted(answer: dict[str, Any]) -> Accepted | None:
    sid = answer.get("sid")
    if not isinstance(sid, str) or not 0 < len(sid) <= 64 or not sid.isprintable():
        return None
    segments = str(answer.get("num_segments"))
    return Accepted(
        sid=sid,
        status=str(answer.get("status") or "queued"),
        at=datetime.now(UTC),
        # "0" from a messaging service that has not yet chosen its sender.
        segments=(int(segments) or None) if re.fullmatch(r"[0-9]{1,3}", segments) else None,
    )


def _code(answer: dict[str, Any]) -> int:
    code = answer.get("code")
    return code if isinstance(code, int) and 0 < code < 10**10 else 0
