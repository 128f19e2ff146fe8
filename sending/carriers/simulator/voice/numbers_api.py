"""The part of Twilio's IncomingPhoneNumbers API that sets what happens to calls to a number."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl

import phonenumbers
from aiohttp import web

from consent.numbering import NumberKind, area_codes
from sending.carriers.simulator.answers import Authentication, as_json, refuse
from sending.carriers.simulator.paging import Paging
from sending.carriers.simulator.resource import API_VERSION, date
from sending.carriers.simulator.validation import ADDRESS, Problem, problem
from sending.carriers.simulator.voice.own_numbers import OwnNumber, OwnNumbers

# What may be set, by its name in the form; other fields of the real API change nothing here.
_ADDRESSES: Final = {"VoiceUrl": "voice_url", "StatusCallback": "status_callback"}
_METHODS: Final = {
    "VoiceMethod": "voice_method",
    "StatusCallbackMethod": "status_callback_method",
}


class NumbersApi:
    """The handlers; one object per server."""

    def __init__(self, numbers: OwnNumbers, authentication: Authentication) -> None:
        self._numbers = numbers
        self._authentication = authentication

    def routes(self) -> list[web.AbstractRouteDef]:
        numbers = f"/{API_VERSION}/Accounts/{{account}}/IncomingPhoneNumbers"
        return [
            web.get(f"{numbers}.json", self.search),
            web.get(f"{numbers}/{{sid}}.json", self.fetch),
            web.post(f"{numbers}/{{sid}}.json", self.update),
        ]

    async def search(self, request: web.Request) -> web.Response:
        objection = self._authentication.objection(request)
        if objection is not None:
            return refuse(objection)
        account = request.match_info["account"]
        try:
            paging = Paging.of(dict(request.query))
        except ValueError:
            return refuse(problem(20001))
        wanted = paging.filters.get("PhoneNumber")
        if wanted is None:
            found = self._numbers.of(account)
        else:
            one = self._numbers.find(account, wanted)
            found = [] if one is None else [one]
        return as_json(
            paging.page(found, path=request.path, name="incoming_phone_numbers", resource=resource)
        )

    async def fetch(self, request: web.Request) -> web.Response:
        one = self._asked_for(request)
        return refuse(one) if isinstance(one, Problem) else as_json(resource(one))

    async def update(self, request: web.Request) -> web.Response:
        one = self._asked_for(request)
        if isinstance(one, Problem):
            return refuse(one)
        content = (await request.read()).decode("utf-8", "replace")
        form = dict(parse_qsl(content, keep_blank_values=True))
        objection = _objection(form)
        if objection is not None:
            return refuse(objection)
        names = _ADDRESSES | _METHODS
        changes = {names[name]: value for name, value in form.items() if name in names}
        return as_json(resource(self._numbers.set(one, changes)))

    def _asked_for(self, request: web.Request) -> OwnNumber | Problem:
        objection = self._authentication.objection(request)
        if objection is not None:
            return objection
        found = self._numbers.get(request.match_info["account"], request.match_info["sid"])
        return problem(20404) if found is None else found


def _objection(form: dict[str, str]) -> Problem | None:
    """An empty address is none and takes back what was set."""
    for name in _ADDRESSES:
        address = form.get(name, "")
        if address and not ADDRESS.fullmatch(address):
            return Problem(400, 21402, f"{name} is not a valid URL: {address}")
    for name in _METHODS:
        if form.get(name, "POST") not in {"GET", "POST"}:
            return Problem(400, 21403, f"{name} is not a valid HTTP method")
    return None


def resource(one: OwnNumber) -> dict[str, Any]:
    """One number as the API gives it."""
    area = area_codes().get(one.number[2:5]) if one.number.startswith("+1") else None
    toll_free = area is not None and area.kind is NumberKind.TOLL_FREE
    uri = f"/{API_VERSION}/Accounts/{one.account}/IncomingPhoneNumbers/{one.sid}.json"
    return {
        "account_sid": one.account,
        "address_requirements": "none",
        "address_sid": None,
        "api_version": API_VERSION,
        "beta": False,
        "bundle_sid": None,
        "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False},
        "date_created": date(one.created),
        "date_updated": date(one.updated),
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "emergency_status": "Inactive",
        "friendly_name": _friendly(one.number),
        "identity_sid": None,
        "origin": "twilio",
        "phone_number": one.number,
        "sid": one.sid,
        "sms_application_sid": None,
        "sms_fallback_method": "POST",
        "sms_fallback_url": "",
        "sms_method": "POST",
        "sms_url": "",
        "status": "in-use",
        "status_callback": one.status_callback,
        "status_callback_method": one.status_callback_method,
        "trunk_sid": None,
        "type": "toll-free" if toll_free else "local",
        "uri": uri,
        "voice_application_sid": None,
        "voice_caller_id_lookup": False,
        "voice_fallback_method": "POST",
        "voice_fallback_url": "",
        "voice_method": one.voice_method,
        "voice_receive_mode": "voice",
        "voice_url": one.voice_url,
    }


def _friendly(number: str) -> str:
    """As Twilio names a number that nobody named: as spelt at home."""
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.NATIONAL
        )
    except phonenumbers.NumberParseException:
        return number
