"""The connection test, against a real server that answers as carriers and strangers do."""

from __future__ import annotations

import base64
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, ClassVar

import pytest

from sending.carriers.probe import Probe, probe

if TYPE_CHECKING:
    from collections.abc import Iterator

SID = "AC" + "a" * 32


class Carrier(BaseHTTPRequestHandler):
    answer: ClassVar[tuple[int, str]] = (200, '{"messages": []}')
    seen: ClassVar[list[tuple[str, str]]] = []

    def do_GET(self) -> None:
        Carrier.seen.append((self.path, self.headers.get("Authorization", "")))
        status, body = Carrier.answer
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Carrier)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Carrier.seen.clear()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (200, '{"messages": []}', Probe.WORKS),
        (200, "<html>Welcome</html>", Probe.NOT_A_CARRIER),
        (200, "[]", Probe.NOT_A_CARRIER),
        (302, "", Probe.NOT_A_CARRIER),
        (401, '{"code": 20003}', Probe.WRONG_SECRET),
        (403, "", Probe.WRONG_SECRET),
        (404, '{"code": 20404}', Probe.NO_SUCH_ACCOUNT),
        (404, "not found", Probe.NOT_A_CARRIER),
        (429, '{"code": 20429}', Probe.BUSY),
        (503, "", Probe.TROUBLE),
    ],
)
def test_every_answer_has_its_sentence(
    address: str, status: int, body: str, meaning: Probe
) -> None:
    Carrier.answer = (status, body)
    assert probe(api_url=address, account_sid=SID, auth_token="secret") is meaning
    basic = base64.b64encode(f"{SID}:secret".encode()).decode()
    # One request: a redirect is not followed, because it would carry the secret along.
    asked = f"/2010-04-01/Accounts/{SID}/Messages.json?PageSize=1"
    assert Carrier.seen == [(asked, f"Basic {basic}")]


def test_a_silent_address_is_unreachable() -> None:
    assert probe(api_url="http://127.0.0.1:9", account_sid=SID, auth_token="x") is (
        Probe.UNREACHABLE
    )


def test_an_address_that_is_none_is_unreachable() -> None:
    assert probe(api_url="http://[", account_sid=SID, auth_token="x") is Probe.UNREACHABLE
