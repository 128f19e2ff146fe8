"""Twilio's Messages API, or anything that speaks it: post a message, look messages up.

Nothing here is ever posted twice: no retry, no redirect. What may have reached the carrier without
a clear answer is `Unknown`, and only a look-up, a callback or a person can settle it.
"""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote_plus, urlencode

import aiohttp
import orjson
from yarl import URL

from sending.carriers.answers import read_answer
from sending.carriers.backoff import Backoff
from sending.carriers.errors import NOT_CONNECTED
from sending.carriers.outcome import (
    Accepted,
    CarrierLookupError,
    Found,
    Outcome,
    Outgoing,
    TryLater,
    Unknown,
)

API_VERSION: Final = "2010-04-01"
PAGE_SIZE: Final = 1000
MOST_PAGES: Final = 10
# Shorter than any server's, so that a message is not posted into a connection just closed there.
KEEP_ALIVE_SECONDS: Final = 10.0
NOT_CONNECTED_SECONDS: Final = 5.0

# A campaign's text and sender come again and again.
_quoted = lru_cache(maxsize=1024)(quote_plus)


class CarrierClient:
    """One account at the carrier, within one event loop; use it with ``async with``.

    ``connections`` requests run at once, further ones wait for a free one. ``timeout`` in seconds
    bounds a request from call to answer; half of it, waiting and connecting. A lease must be longer
    than ``timeout``.
    """

    def __init__(
        self,
        *,
        api_url: str,
        account_sid: str,
        auth_token: str,
        connections: int = 100,
        timeout: float = 10.0,
    ) -> None:
        self._root = api_url.rstrip("/")
        self._account_sid = account_sid
        self._messages = f"{self._root}/{API_VERSION}/Accounts/{account_sid}/Messages.json"
        self._post_url = URL(self._messages)
        basic = base64.b64encode(f"{account_sid}:{auth_token}".encode()).decode()
        self._headers = {
            "Authorization": f"Basic {basic}",
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self._connections = connections
        self._timeout = aiohttp.ClientTimeout(total=timeout, connect=timeout / 2)
        self._busy = Backoff()
        self._away = Backoff(first=NOT_CONNECTED_SECONDS)
        self._session: aiohttp.ClientSession | None = None

    def __repr__(self) -> str:
        return f"<CarrierClient {self._account_sid} at {self._root}>"

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._connections, keepalive_timeout=KEEP_ALIVE_SECONDS
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=self._headers,
            timeout=self._timeout,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Post one message, once. Never raises for anything the network or the carrier does."""
        try:
            async with self._opened().post(
                self._post_url, data=_form(outgoing), allow_redirects=False
            ) as response:
                status, content = response.status, await response.read()
        except (
            aiohttp.ClientConnectorError,
            aiohttp.ConnectionTimeoutError,
            aiohttp.ServerFingerprintMismatch,
            aiohttp.InvalidURL,
        ):
            # Raised before a connection is handed out: nothing of the message has left.
            return TryLater(NOT_CONNECTED, self._away.refused(time.monotonic()))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            # The class only: texts of errors name addresses and what was sent.
            return Unknown(type(error).__name__)
        now = time.monotonic()
        self._away.accepted(now)
        pause = self._busy.refused(now) if status == 429 else 0.0
        outcome = read_answer(status, content, pause=pause)
        if isinstance(outcome, Accepted):
            self._busy.accepted(now)
        return outcome

    async def find(self, *, to: str, sender: str, since: datetime) -> list[Found]:
        """Messages from ``sender`` to ``to`` that the carrier created at ``since`` or later.

        Whole seconds, as the carrier gives them. The carrier is not asked to filter by the date of
        sending: what it has not sent yet has none, and would be missed.
        Raises `CarrierLookupError`.
        """
        query = urlencode({"To": to, "From": sender, "PageSize": PAGE_SIZE})
        address: str | None = f"{self._messages}?{query}"
        first = since.replace(microsecond=0)
        found: list[Found] = []
        for _page in range(MOST_PAGES):
            if address is None:
                return found
            page = await self._get(address)
            messages = page.get("messages")
            if not isinstance(messages, list):
                raise CarrierLookupError("no list of messages in the answer")
            for item in messages:
                message = _found(item, to=to, sender=sender)
                if message is not None and message.created_at >= first:
                    found.append(message)
            following = page.get("next_page_uri")
            # Only a path: the credentials go to no other host.
            known = isinstance(following, str) and following.startswith("/")
            address = f"{self._root}{following}" if known else None
        if address is not None:
            raise CarrierLookupError("more messages than can be looked through")
        return found

    async def _get(self, address: str) -> dict[str, Any]:
        try:
            async with self._opened().get(
                URL(address, encoded=True), allow_redirects=False
            ) as response:
                status, content = response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise CarrierLookupError(type(error).__name__) from None
        if status != 200:
            raise CarrierLookupError(f"HTTP {status}")
        try:
            page = orjson.loads(content)
        except orjson.JSONDecodeError:
            raise CarrierLookupError("the answer is not JSON") from None
        if not isinstance(page, dict):
            raise CarrierLookupError("the answer is no object")
        return page

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("CarrierClient is used outside of its `async with`.")
        return self._session


def _form(outgoing: Outgoing) -> bytes:
    """The form that the Messages API takes; each field is encoded by itself, repeated ones once."""
    return (
        f"To={quote_plus(outgoing.to)}&From={_quoted(outgoing.sender)}"
        f"&Body={_quoted(outgoing.body)}&StatusCallback={quote_plus(outgoing.status_callback)}"
    ).encode("ascii")


def _found(item: object, *, to: str, sender: str) -> Found | None:
    """One message of a page; None for another recipient's or sender's."""
    try:
        if not isinstance(item, dict):
            raise TypeError
        if item["to"] != to or item["from"] != sender:
            return None
        return Found(
            sid=str(item["sid"]),
            body=str(item["body"] or ""),
            status=str(item["status"]),
            created_at=parsedate_to_datetime(item["date_created"]).astimezone(UTC),
        )
    except (KeyError, TypeError, ValueError):
        raise CarrierLookupError("a message in the answer cannot be read") from None
