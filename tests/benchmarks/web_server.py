"""The web server as `up` starts it, with the empty view beside ours."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings

from config.programs import Layout, web
from tests.ports import some_port

if TYPE_CHECKING:
    from collections.abc import Iterator

START_SECONDS = 60.0


@contextmanager
def web_server() -> Iterator[str]:
    """Its address, which is the public one as well."""
    layout = Layout("127.0.0.1", some_port(), None, 0, settings.DATA_DIR)
    process = subprocess.Popen(
        web(layout).command,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.benchmarks.empty_view_settings",
            "PUBLIC_URL": layout.address,
            "ALLOWED_HOSTS": layout.host,
            "SECURE_SSL_REDIRECT": "false",
        },
    )
    try:
        _wait(layout.address, process)
        yield layout.address
    finally:
        process.terminate()
        process.wait()


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):
                return
        except OSError:
            assert process.poll() is None, "the web server did not start"
            assert time.monotonic() < deadline, "the web server does not answer"
            time.sleep(0.1)
