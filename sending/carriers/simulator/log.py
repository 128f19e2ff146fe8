"""The simulator's own record: one JSON line for each message it accepted."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted message; ``time`` is when it was accepted, in UTC with microseconds."""

    sid: str
    account: str
    to: str
    sender: str
    body: str
    status_callback: str
    time: datetime

    def line(self) -> bytes:
        return orjson.dumps(
            {
                "sid": self.sid,
                "account": self.account,
                "to": self.to,
                "from": self.sender,
                "body": self.body,
                "status_callback": self.status_callback,
                "time": self.time,
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )

    @classmethod
    def from_line(cls, line: bytes) -> Entry:
        fields = orjson.loads(line)
        return cls(
            sid=fields["sid"],
            account=fields["account"],
            to=fields["to"],
            sender=fields["from"],
            body=fields["body"],
            status_callback=fields["status_callback"],
            time=datetime.fromisoformat(fields["time"]),
        )


def read_log(path: Path | str) -> list[Entry]:
    """Everything accepted so far, oldest first; empty without a file.

    A last line without its end is what a kill left half-written; it was never answered.
    """
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        return []
    whole, _, _torn = content.rpartition(b"\n")
    return [Entry.from_line(line) for line in whole.splitlines()]


class AppendLog:
    """Appends entries; whatever came in during one round of the event loop is one write."""

    def __init__(self, path: Path | str) -> None:
        _cut_torn_end(Path(path))
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._lines: list[bytes] = []
        self._written: asyncio.Future[None] | None = None

    async def append(self, entry: Entry) -> None:
        """Return once the operating system has the line: the death of this process loses it not."""
        self._lines.append(entry.line())
        if self._written is None:
            loop = asyncio.get_running_loop()
            self._written = loop.create_future()
            loop.call_soon(self._write)
        await asyncio.shield(self._written)

    def close(self) -> None:
        os.close(self._file)

    def _write(self) -> None:
        lines, self._lines = self._lines, []
        written, self._written = self._written, None
        assert written is not None
        try:
            left = memoryview(b"".join(lines))
            while left:
                left = left[os.write(self._file, left) :]
        except OSError as error:
            written.set_exception(error)
        else:
            written.set_result(None)


def _cut_torn_end(path: Path) -> None:
    """Remove a half-written last line, so that the next one does not continue it."""
    if not path.exists():
        return
    content = path.read_bytes()
    if content and not content.endswith(b"\n"):
        os.truncate(path, content.rfind(b"\n") + 1)
