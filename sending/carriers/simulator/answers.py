"""Answers of the API: JSON, refusals, and who may ask at all."""

from __future__ import annotations

import base64
import hmac
from typing import Any

import orjson
from aiohttp import web

from sending.carriers.simulator.resource import refusal
from sending.carriers.simulator.validation import Problem, problem


def as_json(content: dict[str, Any], status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(content), status=status, content_type="application/json")


def refuse(objection: Problem) -> web.Response:
    return web.Response(
        body=refusal(objection), status=objection.status, content_type="application/json"
    )


class Authentication:
    """Basic auth: the account of the address as the name, ``auth_token`` as the password."""

    def __init__(self, auth_token: str) -> None:
        self._auth_token = auth_token
        self._known: set[tuple[str, str]] = set()

    def objection(self, request: web.Request) -> Problem | None:
        """Why this request may not see the account in its address; None: it may."""
        header = request.headers.get("Authorization", "")
        account = request.match_info["account"]
        if (header, account) in self._known:
            return None
        kind, _, credentials = header.partition(" ")
        try:
            name, _, token = base64.b64decode(credentials).decode().partition(":")
        except ValueError:
            return problem(20003)
        right = hmac.compare_digest(token.encode(), self._auth_token.encode())
        if kind.lower() != "basic" or not right:
            return problem(20003)
        if name != account:
            return problem(20404)
        self._known.add((header, account))
        return None
