"""Asking the simulated carrier, as an account and as a reader of its page."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from tests.simulator import AUTH_TOKEN, Simulator

ACCOUNT = "AC" + "a" * 32
SENDER = "+18885550100"


def post(simulator: Simulator, **fields: str) -> tuple[int, dict[str, Any]]:
    """Post a message; status 0 where the line went dead."""
    form = {"To": "+12395550123", "From": SENDER, "Body": "hello", **fields}
    body = urllib.parse.urlencode({name: value for name, value in form.items() if value}).encode()
    return call(simulator, f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", body)


def call(
    simulator: Simulator, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, Any]]:
    basic = base64.b64encode(f"{ACCOUNT}:{AUTH_TOKEN}".encode()).decode()
    request = urllib.request.Request(
        simulator.url + path, data=body, headers={"Authorization": f"Basic {basic}", **headers}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        text = error.read().decode()
        return error.code, json.loads(text) if text.startswith("{") else {"text": text}
    except OSError:
        return 0, {}


def show(simulator: Simulator, query: str = "") -> str:
    with urllib.request.urlopen(f"{simulator.url}/simulator/{query}", timeout=10) as response:
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        return str(response.read().decode())
