"""A client of the carrier for one call, and a carrier that answers what it is told."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sending.carriers.errors import NOT_CONNECTED
from sending.carriers.outcome import (
    Found,
    Outcome,
    Outgoing,
    TryLater,
)
from sending.carriers.twilio import CarrierClient
from tests.simulator import AUTH_TOKEN

ACCOUNT = "AC" + "a" * 32
SENDER = "+18885550100"
TO = "+12395550123"


def outgoing(to: str = TO, body: str = "Acme: hello. Reply STOP to opt out.") -> Outgoing:
    return Outgoing(
        message_id=7, to=to, sender=SENDER, body=body, status_callback="http://127.0.0.1:9/status/"
    )


def client(url: str, *, token: str = AUTH_TOKEN, timeout: float = 5.0) -> CarrierClient:
    return CarrierClient(api_url=url, account_sid=ACCOUNT, auth_token=token, timeout=timeout)


def send(url: str, message: Outgoing, *, token: str = AUTH_TOKEN, timeout: float = 5.0) -> Outcome:
    async def run() -> Outcome:
        async with client(url, token=token, timeout=timeout) as carrier:
            return await carrier.send(message)

    return asyncio.run(run())


def find(url: str, since: datetime, to: str = TO) -> list[Found]:
    async def run() -> list[Found]:
        async with client(url) as carrier:
            return await carrier.find(to=to, sender=SENDER, since=since)

    return asyncio.run(run())


def not_connected(outcome: Outcome) -> bool:
    if not isinstance(outcome, TryLater):
        return False
    return outcome.code == NOT_CONNECTED and 5.0 <= outcome.after <= 6.25


@contextmanager
def answering(content: bytes) -> Iterator[tuple[str, Callable[[], int]]]:
    """A server that answers every connection with ``content``, and counts the connections."""
    listener = socket.create_server(("127.0.0.1", 0))
    connections = 0

    def serve() -> None:
        nonlocal connections
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connections += 1
            with connection:
                connection.recv(65536)
                connection.sendall(content)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", lambda: connections
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def http(status: str, body: str = "", headers: str = "") -> bytes:
    length = f"Content-Length: {len(body)}\r\n"
    return f"HTTP/1.1 {status}\r\n{length}{headers}Connection: close\r\n\r\n{body}".encode()
