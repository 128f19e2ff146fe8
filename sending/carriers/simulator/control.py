"""The simulator's switches over HTTP: read them, set them, count what came."""

from __future__ import annotations

from dataclasses import asdict
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from sending.carriers.simulator.carrier import Carrier
from sending.carriers.simulator.faults import Faults

PATH = "/simulator/control"


class Control:
    """GET tells the faults and counts; POST replaces the faults, by JSON or by the page's form."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.get(PATH, self.read), web.post(PATH, self.write)]

    async def read(self, _request: web.Request) -> web.Response:
        carrier = self._carrier
        state = {
            "faults": asdict(carrier.faults),
            "messages": len(carrier.store),
            "phones": carrier.store.phone_count,
            "callbacks": {"posted": carrier.callbacks.posted, "failed": carrier.callbacks.failed},
        }
        return web.json_response(body=orjson.dumps(state))

    async def write(self, request: web.Request) -> web.Response:
        """What is not named goes back to "no fault". 400 with one line for a senseless value."""
        if not same_origin(request):
            raise web.HTTPForbidden(text="Only the simulator's own page may do this.")
        by_form = request.content_type == "application/x-www-form-urlencoded"
        try:
            if by_form:
                form = await request.post()
                # An unticked box is absent from a form; absent must mean off here.
                values = {"callbacks": False, **{name: str(form[name]) for name in form}}
            else:
                values = orjson.loads(await request.read())
                if not isinstance(values, dict):
                    raise ValueError("a JSON object is needed")
            self._carrier.faults = Faults.from_fields(values)
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        if by_form:
            raise web.HTTPSeeOther("/simulator/")
        return await self.read(request)


def same_origin(request: web.Request) -> bool:
    """Whether a browser that posts this shows our own page; programs send no Origin."""
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host
