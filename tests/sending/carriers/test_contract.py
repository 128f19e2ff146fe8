"""Client and simulator against Twilio's own description of its API.

The description is not shipped: TOLLGATE_CARRIER_SPEC names the file (twilio_api_v2010.json of
github.com/twilio/twilio-oai).
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest
from aiohttp import web
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from sending.carriers.outcome import Accepted, Found, Outgoing
from sending.carriers.twilio import CarrierClient
from tests.simulator import AUTH_TOKEN, Simulator

ROOT = Path(__file__).resolve().parents[3]
SPEC = Path(
    os.environ.get("TOLLGATE_CARRIER_SPEC", ROOT.parent / "shared/carrier/twilio_api_v2010.json")
)
ACCOUNT = "AC" + "a" * 32
MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
MESSAGE = "/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json"
NUMBERS = "/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers.json"
NUMBER = "/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers/{Sid}.json"

pytestmark = pytest.mark.skipif(
    not SPEC.exists(), reason="Twilio's API description is absent (TOLLGATE_CARRIER_SPEC)"
)


@dataclass
class Exchange:
    """One request and its answer, as they went over the wire."""

    method: str
    path: str
    headers: dict[str, str]
    request_body: bytes
    status: int
    answer: bytes
    answer_type: str

    def request(self) -> MockRequest:
        parts = urlsplit(self.path)
        return MockRequest(
            "https://api.twilio.com",
            self.method,
            parts.path,
            args=dict(parse_qsl(parts.query)),
            headers=self.headers,
            data=self.request_body,
            content_type=self.headers.get("Content-Type", ""),
        )

    def response(self) -> MockResponse:
        return MockResponse(self.answer, self.status, content_type=self.answer_type)


@asynccontextmanager
async def recording(carrier_url: str) -> AsyncIterator[tuple[str, list[Exchange]]]:
    """A proxy before the carrier that writes down what passes."""
    exchanges: list[Exchange] = []

    async def forward(request: web.Request) -> web.Response:
        body = await request.read()
        async with (
            aiohttp.ClientSession(auto_decompress=False) as session,
            session.request(
                request.method,
                carrier_url + request.raw_path,
                data=body,
                headers={name: request.headers[name] for name in ("Authorization", "Content-Type")},
            ) as response,
        ):
            answer = await response.read()
            exchanges.append(
                Exchange(
                    request.method,
                    request.raw_path,
                    dict(request.headers),
                    body,
                    response.status,
                    answer,
                    response.content_type,
                )
            )
            return web.Response(
                body=answer, status=response.status, content_type=response.content_type
            )

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", forward)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}", exchanges
    finally:
        await runner.cleanup()


@pytest.fixture(scope="module")
def contract() -> OpenAPI:
    """Twilio's description, cut to messages and numbers."""
    spec: dict[str, Any] = json.loads(SPEC.read_text(encoding="utf-8"))
    spec["paths"] = {path: spec["paths"][path] for path in (MESSAGES, MESSAGE, NUMBERS, NUMBER)}
    return OpenAPI.from_dict(spec)


def talk(simulator: Simulator) -> list[Exchange]:
    """Everything that the client ever asks, and a look at one message."""

    async def run() -> list[Exchange]:
        async with (
            recording(simulator.url) as (url, exchanges),
            CarrierClient(api_url=url, account_sid=ACCOUNT, auth_token=AUTH_TOKEN) as client,
        ):
            texts = ["plain", "Grüße 😀 & more = 100 %\nnew line", "x" * 1600]
            for text in texts:
                outgoing = Outgoing(
                    message_id=1,
                    to="+12395550123",
                    sender="+18885550100",
                    body=text,
                    status_callback="http://127.0.0.1:9/carrier/status/1/1/",
                )
                assert isinstance(await client.send(outgoing), Accepted)
            found = await client.find(
                to="+12395550123",
                sender="+18885550100",
                since=datetime.now(UTC) - timedelta(minutes=1),
            )
            assert [one.body for one in found] == texts[::-1]
            await look_at(url, found[0])
            return exchanges

    return asyncio.run(run())


HEADERS = {
    "Authorization": aiohttp.encode_basic_auth(ACCOUNT, AUTH_TOKEN),
    "Content-Type": "application/x-www-form-urlencoded",
}


async def look_at(url: str, one: Found) -> None:
    address = f"{url}/2010-04-01/Accounts/{ACCOUNT}/Messages/{one.sid}.json"
    async with aiohttp.ClientSession() as session, session.get(address, headers=HEADERS) as answer:
        assert answer.status == 200


def set_up_calls(simulator: Simulator) -> list[Exchange]:
    """A number is looked for, gets its voice address, and is listed."""

    async def run() -> list[Exchange]:
        async with (
            recording(simulator.url) as (url, exchanges),
            aiohttp.ClientSession(headers=HEADERS) as session,
        ):
            path = f"{url}/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers"
            query = {"PhoneNumber": "+18885550100", "PageSize": "1"}
            async with session.get(f"{path}.json", params=query) as answer:
                [found] = (await answer.json())["incoming_phone_numbers"]
            form = {
                "VoiceUrl": "http://127.0.0.1:9/carrier/voice/1/",
                "VoiceMethod": "POST",
                "StatusCallback": "http://127.0.0.1:9/carrier/call/1/",
                "StatusCallbackMethod": "POST",
            }
            async with session.post(f"{path}/{found['sid']}.json", data=form) as answer:
                changed = await answer.json()
            async with session.get(f"{path}.json") as answer:
                assert (await answer.json())["incoming_phone_numbers"] == [changed]
            return exchanges

    return asyncio.run(run())


def test_every_request_and_every_answer_is_as_twilio_describes_it(
    simulator: Simulator, contract: OpenAPI
) -> None:
    simulator.control(magic=True, callback_delay=0)
    exchanges = talk(simulator)
    assert [one.method for one in exchanges] == ["POST", "POST", "POST", "GET", "GET"]
    for exchange in exchanges:
        contract.validate_request(exchange.request())
        contract.validate_response(exchange.request(), exchange.response())


def test_numbers_are_looked_for_and_set_as_twilio_describes_it(
    simulator: Simulator, contract: OpenAPI
) -> None:
    exchanges = set_up_calls(simulator)
    assert [(one.method, one.status) for one in exchanges] == [
        *(("GET", 200), ("POST", 200), ("GET", 200))
    ]
    for exchange in exchanges:
        contract.validate_request(exchange.request())
        contract.validate_response(exchange.request(), exchange.response())


def test_the_description_tells_a_wrong_request_and_a_wrong_answer(
    simulator: Simulator, contract: OpenAPI
) -> None:
    """Otherwise the test above would prove nothing."""
    posted = talk(simulator)[0]
    posted.request_body = b"From=%2B18885550100&Body=plain"
    with pytest.raises(OpenAPIError):
        contract.validate_request(posted.request())
    posted.answer = posted.answer.replace(b'"status":"queued"', b'"status":"on its way"')
    with pytest.raises(OpenAPIError):
        contract.validate_response(posted.request(), posted.response())
    changed = set_up_calls(simulator)[1]
    changed.answer = changed.answer.replace(b'"sid":"PN', b'"sid":"SM')
    with pytest.raises(OpenAPIError):
        contract.validate_response(changed.request(), changed.response())
