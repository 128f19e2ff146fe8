"""Shows the phones: a list, newest first, and the conversation of the chosen one."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import web
from liquid import Environment, FileSystemLoader

from sending.carriers.simulator.carrier import Carrier
from sending.carriers.simulator.page.calls import listed, on_phone, placing
from sending.carriers.simulator.page.fields import groups, in_force
from sending.carriers.simulator.store import Text

PHONES_PER_PAGE: Final = 40
TEXTS_PER_PHONE: Final = 100
# A search looks through this many phones and no more, newest first.
SEARCHED: Final = 50_000
_HERE: Final = Path(__file__).parent
_PARTS: Final = {"phones": "phones.html", "calls": "calls.html", "place": "place.html"}
_STATUSES: Final = {
    "queued": "Accepted",
    "sent": "Sent",
    "delivered": "Delivered",
    "undelivered": "Not delivered",
    "failed": "Failed",
}
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": with that the form would come without an origin.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Page:
    """The page and its two files; every text on it is escaped by the template."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._templates = Environment(autoescape=True, loader=FileSystemLoader(_HERE))

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", _to_page),
            web.get("/simulator", _to_page),
            web.get("/simulator/", self.show),
            web.get("/simulator/page.css", _file("page.css", "text/css")),
            web.get("/simulator/page.js", _file("page.js", "text/javascript")),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """The whole page, or with ``part`` only one of those that change by themselves."""
        query = request.query
        name = _PARTS.get(query.get("part", ""), "page.html")
        context = self._context(
            search=query.get("q", "").strip()[:100],
            number=query.get("number", "").strip()[:20],
            page=int(query["page"]) if query.get("page", "").isdecimal() else 0,
        ) | placing(
            self._carrier.switchboard,
            # What a form brought that could not be placed.
            refused=(query.get("caller", ""), query.get("to", ""))
            if "caller" in query or "to" in query
            else None,
        )
        html = self._templates.get_template(name).render(**context)
        return web.Response(text=html, content_type="text/html", headers=_HEADERS)

    def _context(self, *, search: str, number: str, page: int) -> dict[str, Any]:
        store = self._carrier.store
        start = min(page, 100_000) * PHONES_PER_PAGE
        found = list(islice(self._search(search), start, start + PHONES_PER_PAGE + 1))
        chosen = number or (found[0][0] if found else "")
        faults = self._carrier.faults
        return {
            "search": search,
            "number": number,
            "phones": [
                {
                    "number": phone,
                    "address": _address(q=search, number=phone, page=page),
                    "chosen": phone == chosen,
                    "count": len(texts),
                    **_bubble(texts[-1]),
                }
                for phone, texts in found[:PHONES_PER_PAGE]
            ],
            "phone": chosen,
            "bubbles": [
                _bubble(text) for text in islice(reversed(store.phone(chosen)), TEXTS_PER_PHONE)
            ],
            "hidden": max(len(store.phone(chosen)) - TEXTS_PER_PHONE, 0),
            "here": on_phone(self._carrier.switchboard, chosen),
            "calls": listed(self._carrier.switchboard),
            "list": _address(q=search, page=page),
            "newer": _address(q=search, page=page - 1) if page else "",
            "older": _address(q=search, page=page + 1) if len(found) > PHONES_PER_PAGE else "",
            "messages": f"{len(store):,}",
            "phone_count": f"{store.phone_count:,}",
            "groups": groups(faults),
            "in_force": in_force(faults),
        }

    def _search(self, search: str) -> Any:
        """Phones whose number or newest texts contain ``search``, newest first."""
        if not search:
            return self._carrier.store.phones()
        digits = "".join(character for character in search if character.isdigit())
        wanted = search.casefold()
        return (
            (phone, texts)
            for phone, texts in islice(self._carrier.store.phones(), SEARCHED)
            if (digits and digits in phone)
            or any(wanted in text.entry.body.casefold() for text in texts[-TEXTS_PER_PHONE:])
        )


def _bubble(text: Text) -> dict[str, Any]:
    entry = text.entry
    return {
        "sender": entry.sender,
        "body": entry.body,
        "day": f"{entry.time:%a, %d %b %Y}",
        "time": f"{entry.time:%H:%M:%S}",
        "iso": entry.time.isoformat(),
        "status": _STATUSES.get(text.status, text.status),
        "why": f"error {text.error_code}" if text.error_code else "",
        "bad": text.status in {"undelivered", "failed"},
    }


def _address(**query: str | int) -> str:
    kept = urlencode({name: value for name, value in query.items() if value})
    return f"/simulator/?{kept}" if kept else "/simulator/"


async def _to_page(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/simulator/")


def _file(name: str, content_type: str) -> Any:
    async def send(_request: web.Request) -> web.Response:
        return web.Response(body=_read(name), content_type=content_type, headers=_HEADERS)

    return send


@lru_cache(maxsize=4)
def _read(name: str) -> bytes:
    return (_HERE / name).read_bytes()
