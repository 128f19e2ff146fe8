"""The two phones over HTTP: place a call, answer, decline, hang up, and see the calls."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

import orjson
from aiohttp import web

from sending.carriers.simulator.answers import as_json
from sending.carriers.simulator.control import same_origin
from sending.carriers.simulator.voice.call import Action
from sending.carriers.simulator.voice.switchboard import CannotCallError, Switchboard

PATH: Final = "/simulator/calls"
SHOWN: Final = 100


class CallControl:
    """By JSON, or by the page's forms, which lead back to the page."""

    def __init__(self, switchboard: Switchboard) -> None:
        self._switchboard = switchboard

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get(PATH, self.read),
            web.post(PATH, self.place),
            web.post(f"{PATH}/{{sid}}/{{action:{'|'.join(Action)}}}", self.act),
        ]

    async def read(self, _request: web.Request) -> web.Response:
        """The newest calls, newest first."""
        return as_json({"calls": [one.as_json() for one in self._switchboard.newest(SHOWN)]})

    async def place(self, request: web.Request) -> web.Response:
        """201 with the call. 400 with one line for who cannot call, or cannot be called."""
        fields = await _fields(request)
        caller, to = str(fields.get("from", "")), str(fields.get("to", ""))
        try:
            call = self._switchboard.place(caller, to)
        except CannotCallError as error:
            if _by_form(request):
                # The page looks again at what was typed, and says beside it what is wrong.
                raise _back(fields, caller=caller[:40], to=to[:40]) from None
            raise web.HTTPBadRequest(text=str(error)) from None
        if _by_form(request):
            raise _back(fields)
        return as_json(call.as_json(), 201)

    async def act(self, request: web.Request) -> web.Response:
        """200 with the call. 404 for none, 409 with one line where its state does not allow it.

        ``by`` is "destination" where that phone hangs up; else it is the caller's.
        """
        fields = await _fields(request)
        call = self._switchboard.get(request.match_info["sid"])
        if call is None:
            raise web.HTTPNotFound(text="There is no such call.")
        action = Action(request.match_info["action"])
        at_destination = fields.get("by") == "destination"
        state = call.state
        done = await self._switchboard.act(call.sid, action, at_destination=at_destination)
        if _by_form(request):
            # What came too late is seen on the page.
            raise _back(fields)
        if not done:
            raise web.HTTPConflict(text=f"A call that is {state} does not allow: {action}.")
        return as_json(call.as_json())


def _by_form(request: web.Request) -> bool:
    return request.content_type == "application/x-www-form-urlencoded"


async def _fields(request: web.Request) -> dict[str, Any]:
    if not same_origin(request):
        raise web.HTTPForbidden(text="Only the simulator's own page may do this.")
    if _by_form(request):
        form = await request.post()
        return {name: str(form[name]) for name in form}
    try:
        fields = orjson.loads(await request.read() or b"{}")
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise web.HTTPBadRequest(text="A JSON object is needed.")
    return fields


def _back(fields: dict[str, Any], **refused: str) -> web.HTTPSeeOther:
    """To where the form stood: the phone that was shown, or the calls."""
    shown = str(fields.get("shown", ""))[:20]
    query = {"number": shown, **refused}
    kept = urlencode({name: value for name, value in query.items() if value})
    anchor = "" if fields.get("place") == "handset" else "#calls"
    return web.HTTPSeeOther(f"/simulator/?{kept}{anchor}" if kept else f"/simulator/{anchor}")
