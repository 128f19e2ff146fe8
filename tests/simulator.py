"""The carrier simulator as a process of its own, for every test that sends."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sending.carriers.simulator.log import Entry, read_log

AUTH_TOKEN = "12345"
ROOT = Path(__file__).resolve().parent.parent


class Simulator:
    """``url`` is the carrier's API address. It takes any account with `AUTH_TOKEN`."""

    def __init__(self, log: Path, *options: str) -> None:
        self.log = log
        self._options = options
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self, *, port: int = 0) -> None:
        """Start it on ``port`` (0: a free one) and wait until it listens."""
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "sending.carriers.simulator"),
                *("--port", str(port), "--log", str(self.log), "--auth-token", AUTH_TOKEN),
                *self._options,
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert "http://" in line, f"the simulator did not start: {line!r}"
        self.url = line.split()[-1]

    def restart(self) -> None:
        """Start it again on the same port, after `stop` or `kill`."""
        self.start(port=int(self.url.rpartition(":")[2]))

    def stop(self) -> None:
        """End it in good order, as SIGTERM does."""
        self._end("terminate")

    def kill(self) -> None:
        """End it at once, as a crash does."""
        self._end("kill")

    def accepted(self) -> list[Entry]:
        """What it accepted, from its log, oldest first."""
        return read_log(self.log)

    def control(self, **faults: Any) -> dict[str, Any]:
        """Set the faults (see simulator/faults.py); what is not named goes back to no fault.

        Status callbacks are off unless asked for with ``callbacks=True``.
        """
        faults.setdefault("callbacks", False)
        return self._call("/simulator/control", json.dumps(faults).encode())

    def state(self) -> dict[str, Any]:
        """Its faults, and how many messages and callbacks there were."""
        return self._call("/simulator/control", None)

    def set_voice(
        self, number: str, account_sid: str, url: str, status_callback: str = ""
    ) -> dict[str, Any]:
        """Let ``url`` be asked about calls to ``number``, by the API as Tollgate uses it.

        Returns the number as the carrier gives it. An empty ``url`` takes the address back.
        """
        numbers = f"/2010-04-01/Accounts/{account_sid}/IncomingPhoneNumbers"
        basic = base64.b64encode(f"{account_sid}:{AUTH_TOKEN}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}"}
        query = urllib.parse.urlencode({"PhoneNumber": number})
        [found] = self._call(f"{numbers}.json?{query}", None, headers)["incoming_phone_numbers"]
        form = {"VoiceUrl": url, "VoiceMethod": "POST", "StatusCallback": status_callback}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urllib.parse.urlencode(form).encode()
        return self._call(f"{numbers}/{found['sid']}.json", body, headers)

    def place_call(self, caller: str, to: str) -> dict[str, Any]:
        """Let ``caller`` call ``to``; returns the call as it is at first (see `calls`)."""
        return self._call("/simulator/calls", json.dumps({"from": caller, "to": to}).encode())

    def act(self, sid: str, action: str, *, by: str = "caller") -> dict[str, Any]:
        """hang-up, answer or decline; returns the call as it is then.

        ``by`` is "destination" where that phone hangs up. `urllib.error.HTTPError` 409 where the
        state of the call does not allow it.
        """
        return self._call(f"/simulator/calls/{sid}/{action}", json.dumps({"by": by}).encode())

    def calls(self) -> list[dict[str, Any]]:
        """The newest hundred, newest first."""
        calls: list[dict[str, Any]] = self._call("/simulator/calls", None)["calls"]
        return calls

    def _call(
        self, path: str, body: bytes | None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", **(headers or {})}
        request = urllib.request.Request(self.url + path, data=body, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as response:
            answer: dict[str, Any] = json.load(response)
        return answer

    def _end(self, how: str) -> None:
        process, self._process = self._process, None
        if process is not None:
            getattr(process, how)()
            process.wait(timeout=10)
            if process.stdout is not None:
                process.stdout.close()


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    """A running carrier without callbacks and without faults, its log empty."""
    simulator = Simulator(tmp_path / "carrier.jsonl", "--no-callbacks")
    simulator.start()
    yield simulator
    simulator.stop()
