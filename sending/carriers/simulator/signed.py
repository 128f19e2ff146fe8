"""Requests as the carrier makes them to its customers: a form, signed like Twilio's."""

from __future__ import annotations

import random
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp
from twilio.request_validator import RequestValidator
from yarl import URL

TIMEOUT_SECONDS = 15.0
# All that may go wrong on the way.
FAILURES = (aiohttp.ClientError, TimeoutError, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    content_type: str
    text: str


class SignedRequests:
    """One pool of connections for all of them; `start` and `stop` belong to one event loop."""

    def __init__(self, auth_token: str) -> None:
        self._validator = RequestValidator(auth_token)
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout)

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(
        self, method: str, address: str, form: dict[str, str], *, redirects: bool = True
    ) -> Reply:
        """Send ``form``, by GET in the address; raises one of `FAILURES` without an answer."""
        assert self._session is not None, "not started"
        body: bytes | None = None
        headers = {"I-Twilio-Idempotency-Token": f"{random.getrandbits(128):032x}"}
        if method == "GET":
            address += ("&" if "?" in address else "?") + urlencode(form)
            form = {}
        else:
            body = urlencode(form).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        headers["X-Twilio-Signature"] = self._validator.compute_signature(address, form)
        async with self._session.request(
            method,
            URL(address, encoded=True),
            data=body,
            headers=headers,
            allow_redirects=redirects,
        ) as response:
            return Reply(
                response.status,
                response.content_type,
                (await response.read()).decode("utf-8", "replace"),
            )
