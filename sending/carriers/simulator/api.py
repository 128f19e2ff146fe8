"""The part of Twilio's Messages API that Tollgate uses: post, list, look at one."""

from __future__ import annotations

import asyncio
import base64
import hmac
import operator
from collections.abc import Callable
from datetime import date
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from sending.carriers.simulator.carrier import Carrier
from sending.carriers.simulator.magic import Answer
from sending.carriers.simulator.resource import API_VERSION, page, refusal, resource
from sending.carriers.simulator.store import Text
from sending.carriers.simulator.validation import Problem, problem

MOST_PER_PAGE = 1000
_COMPARISONS: Final[dict[str, Callable[[date, date], bool]]] = {
    "DateSent": operator.eq,
    "DateSent<": operator.le,
    "DateSent>": operator.ge,
}


class Api:
    """The handlers; one object per server."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._known: set[tuple[str, str]] = set()

    def routes(self) -> list[web.AbstractRouteDef]:
        messages = f"/{API_VERSION}/Accounts/{{account}}/Messages"
        return [
            web.post(f"{messages}.json", self.create),
            web.get(f"{messages}.json", self.search),
            web.get(f"{messages}/{{sid}}.json", self.fetch),
        ]

    async def create(self, request: web.Request) -> web.StreamResponse:
        account = request.match_info["account"]
        objection = self._authenticate(request, account)
        if objection is not None:
            return _refuse(objection)
        content = (await request.read()).decode("utf-8", "replace")
        form = dict(parse_qsl(content, keep_blank_values=True))
        objection = self._carrier.judge(form)
        if objection is not None:
            return _refuse(objection)
        fate = self._carrier.fate(form["To"])
        if fate.slow_seconds:
            await asyncio.sleep(fate.slow_seconds)
        if fate.refuse:
            return _refuse(self._carrier.refuse(fate.refuse, form))
        if fate.answer in {Answer.DROP, Answer.ERROR, Answer.HANG}:
            return await _withhold(request, fate.answer)
        text = await self._carrier.accept(account, form)
        if fate.answer is not None:
            return await _withhold(request, fate.answer)
        return _json(resource(text), 201)

    async def search(self, request: web.Request) -> web.StreamResponse:
        account = request.match_info["account"]
        objection = self._authenticate(request, account)
        if objection is not None:
            return _refuse(objection)
        query = dict(request.query)
        try:
            number = max(int(query.pop("Page", "0")), 0)
            size = min(max(int(query.pop("PageSize", "50")), 1), MOST_PER_PAGE)
            query.pop("PageToken", None)
            texts = [text for text in self._candidates(query) if _matches(text, account, query)]
        except ValueError:
            return _refuse(Problem(400, 20001, "Invalid parameter"))
        return _json(page(texts, account=account, query=query, page=number, size=size), 200)

    async def fetch(self, request: web.Request) -> web.StreamResponse:
        account = request.match_info["account"]
        objection = self._authenticate(request, account)
        if objection is not None:
            return _refuse(objection)
        text = self._carrier.store.get(request.match_info["sid"])
        if text is None or text.entry.account != account:
            return _refuse(problem(20404))
        return _json(resource(text), 200)

    def _candidates(self, query: dict[str, str]) -> list[Text]:
        """Newest first, of one phone where the query names one."""
        if "To" in query:
            return self._carrier.store.phone(query["To"])[::-1]
        return list(self._carrier.store.newest_first())

    def _authenticate(self, request: web.Request, account: str) -> Problem | None:
        header = request.headers.get("Authorization", "")
        if (header, account) in self._known:
            return None
        kind, _, credentials = header.partition(" ")
        try:
            name, _, token = base64.b64decode(credentials).decode().partition(":")
        except ValueError:
            return problem(20003)
        right = hmac.compare_digest(token.encode(), self._carrier.auth_token.encode())
        if kind.lower() != "basic" or not right:
            return problem(20003)
        if name != account:
            return problem(20404)
        self._known.add((header, account))
        return None


def _matches(text: Text, account: str, query: dict[str, str]) -> bool:
    """Account, sender and the day of sending; what is not sent yet matches no day."""
    entry = text.entry
    if entry.account != account or query.get("From", entry.sender) != entry.sender:
        return False
    sent = text.sent_at.date() if text.sent_at else None
    for name, fits in _COMPARISONS.items():
        if name in query and not (sent and fits(sent, date.fromisoformat(query[name][:10]))):
            return False
    return True


async def _withhold(request: web.Request, answer: Answer) -> web.StreamResponse:
    """No proper answer: an error, silence until the client gives up, or the end of the line."""
    if answer in {Answer.ERROR, Answer.ERROR_AFTER}:
        return web.Response(status=500, text="Internal Server Error")
    if answer in {Answer.HANG, Answer.HANG_AFTER}:
        while request.transport is not None and not request.transport.is_closing():
            await asyncio.sleep(0.1)
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _json(content: dict[str, Any], status: int) -> web.Response:
    return web.Response(body=orjson.dumps(content), status=status, content_type="application/json")


def _refuse(objection: Problem) -> web.Response:
    return web.Response(
        body=refusal(objection), status=objection.status, content_type="application/json"
    )
