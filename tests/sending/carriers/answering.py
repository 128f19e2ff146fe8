"""An address that answers voice requests with TwiML and writes down all that it is told."""

from __future__ import annotations

import threading
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.simulator import Simulator

DEADLINE_SECONDS = 5.0


@dataclass(frozen=True)
class Told:
    """One request: ``url`` as it was asked for, the form of its body, and its signature."""

    url: str
    form: dict[str, str]
    signature: str

    @property
    def path(self) -> str:
        return urllib.parse.urlsplit(self.url).path


@dataclass
class Answer:
    body: str = "<Response/>"
    status: int = 200
    content_type: str = "text/xml; charset=utf-8"
    after: float = 0.0


class Webhook:
    """``/voice`` gives the next of ``answers`` and then the last again; all else gets a 204."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.answers = [Answer()]
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._take(dict(urllib.parse.parse_qsl(body, keep_blank_values=True)))

            def do_GET(self) -> None:
                self._take({})

            def _take(self, form: dict[str, str]) -> None:
                url = f"http://{self.headers['Host']}{self.path}"
                one = Told(url, form, self.headers["X-Twilio-Signature"])
                webhook.told.append(one)
                if one.path != "/voice":
                    self.send_response(204)
                    self.end_headers()
                    return
                answers = webhook.answers
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
                time.sleep(answer.after)
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.content_type)
                self.end_headers()
                self.wfile.write(answer.body.encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def says(self, *documents: str) -> None:
        self.answers = [Answer(f"<Response>{document}</Response>") for document in documents]

    def at(self, path: str) -> list[Told]:
        return [one for one in self.told if one.path == path]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def once(simulator: Simulator, state: str) -> dict[str, Any]:
    """The newest call as soon as it is in ``state``."""
    return when(lambda: simulator.calls()[0], lambda call: bool(call["state"] == state))


def when(
    look: Callable[[], dict[str, Any]], fits: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    end = time.monotonic() + DEADLINE_SECONDS
    while not fits(seen := look()):
        assert time.monotonic() < end, seen
        time.sleep(0.02)
    return seen
