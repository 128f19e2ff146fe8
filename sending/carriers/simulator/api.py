"""The part of Twilio's Messages API that Tollgate uses: post, list, look at one."""

from __future__ import annotations

import asyncio
import operator
from collections.abc import Callable
from datetime import date
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web

from sending.carriers.simulator.answers import Authentication, as_json, refuse
from sending.carriers.simulator.carrier import Carrier
from sending.carriers.simulator.magic import Answer
from sending.carriers.simulator.paging import Paging
from sending.carriers.simulator.resource import API_VERSION, resource
from sending.carriers.simulator.store import Text
from sending.carriers.simulator.validation import problem

_COMPARISONS: Final[dict[str, Callable[[date, date], bool]]] = {
    "DateSent": operator.eq,
    "DateSent<": operator.le,
    "DateSent>": operator.ge,
}


class Api:
    """The handlers; one object per server."""

    def __init__(self, carrier: Carrier, authentication: Authentication) -> None:
        self._carrier = carrier
        self._authentication = authentication

    def routes(self) -> list[web.AbstractRouteDef]:
        messages = f"/{API_VERSION}/Accounts/{{account}}/Messages"
        return [
            web.post(f"{messages}.json", self.create),
            web.get(f"{messages}.json", self.search),
            web.get(f"{messages}/{{sid}}.json", self.fetch),
        ]

    async def create(self, request: web.Request) -> web.StreamResponse:
        account = request.match_info["account"]
        objection = self._authentication.objection(request)
        if objection is not None:
            return refuse(objection)
        content = (await request.read()).decode("utf-8", "replace")
        form = dict(parse_qsl(content, keep_blank_values=True))
        objection = self._carrier.judge(form)
        if objection is not None:
            return refuse(objection)
        fate = self._carrier.fate(form["To"])
        if fate.slow_seconds:
            await asyncio.sleep(fate.slow_seconds)
        if fate.refuse:
            return refuse(self._carrier.refuse(fate.refuse, form))
        if fate.answer in {Answer.DROP, Answer.ERROR, Answer.HANG}:
            return await _withhold(request, fate.answer)
        text = await self._carrier.accept(account, form)
        if fate.answer is not None:
            return await _withhold(request, fate.answer)
        return as_json(resource(text), 201)

    async def search(self, request: web.Request) -> web.StreamResponse:
        account = request.match_info["account"]
        objection = self._authentication.objection(request)
        if objection is not None:
            return refuse(objection)
        try:
            paging = Paging.of(dict(request.query))
            query = paging.filters
            texts = [text for text in self._candidates(query) if _matches(text, account, query)]
        except ValueError:
            return refuse(problem(20001))
        return as_json(paging.page(texts, path=request.path, name="messages", resource=resource))

    async def fetch(self, request: web.Request) -> web.StreamResponse:
        account = request.match_info["account"]
        objection = self._authentication.objection(request)
        if objection is not None:
            return refuse(objection)
        text = self._carrier.store.get(request.match_info["sid"])
        if text is None or text.entry.account != account:
            return refuse(problem(20404))
        return as_json(resource(text))

    def _candidates(self, query: dict[str, str]) -> list[Text]:
        """Newest first, of one phone where the query names one."""
        if "To" in query:
            return self._carrier.store.phone(query["To"])[::-1]
        return list(self._carrier.store.newest_first())


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
