"""Serves the simulated carrier over HTTP until it is told to end."""

from __future__ import annotations

import asyncio
import signal
import socket

from aiohttp import web

from sending.carriers.simulator.answers import Authentication
from sending.carriers.simulator.api import Api
from sending.carriers.simulator.carrier import Carrier
from sending.carriers.simulator.control import Control
from sending.carriers.simulator.page.views import Page
from sending.carriers.simulator.voice.control import CallControl
from sending.carriers.simulator.voice.numbers_api import NumbersApi


def application(carrier: Carrier) -> web.Application:
    app = web.Application()
    authentication = Authentication(carrier.auth_token)
    app.add_routes(Api(carrier, authentication).routes())
    app.add_routes(NumbersApi(carrier.switchboard.numbers, authentication).routes())
    app.add_routes(CallControl(carrier.switchboard).routes())
    app.add_routes(Control(carrier).routes())
    app.add_routes(Page(carrier).routes())
    return app


async def serve(carrier: Carrier, *, host: str, port: int) -> None:
    """Listen on ``host`` and ``port`` (0: a free one), print the address, run until SIGTERM.

    Raises `OSError` when the port is taken.
    """
    runner = web.AppRunner(application(carrier), access_log=None, keepalive_timeout=75.0)
    await runner.setup()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=1024)
    try:
        await carrier.start()
        await web.SockSite(runner, listener, shutdown_timeout=1.0).start()
        print(f"Carrier simulator on http://{host}:{listener.getsockname()[1]}", flush=True)
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        await ended.wait()
    finally:
        await carrier.stop()
        await runner.cleanup()
        carrier.close()
