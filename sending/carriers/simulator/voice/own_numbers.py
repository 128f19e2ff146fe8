"""The account's own numbers and the addresses set for them, kept in a file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Container
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from sending.carriers.simulator.validation import E164


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """One number of one account; addresses are empty until set."""

    account: str
    number: str
    created: datetime
    updated: datetime
    voice_url: str = ""
    voice_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"

    @property
    def sid(self) -> str:
        """The same for the same account and number, whenever asked."""
        drawn = hashlib.blake2b(f"{self.account} {self.number}".encode(), digest_size=16)
        return "PN" + drawn.hexdigest()


class OwnNumbers:
    """``owned`` None: every number is the account's that asks for it."""

    def __init__(self, path: Path, *, owned: Container[str] | None) -> None:
        self._path = path
        self._owned = owned
        # Those looked at but not set are known by their sid until the next start.
        self._seen: dict[str, OwnNumber] = {}
        self._set: dict[str, OwnNumber] = {one.sid: one for one in _read(path)}

    def find(self, account: str, number: str) -> OwnNumber | None:
        """The number as the account's own; None where it is nobody's or none at all."""
        if not E164.fullmatch(number) or (self._owned is not None and number not in self._owned):
            return None
        now = datetime.now(UTC)
        one = OwnNumber(account, number, now, now)
        return self._set.get(one.sid) or self._seen.setdefault(one.sid, one)

    def get(self, account: str, sid: str) -> OwnNumber | None:
        one = self._set.get(sid) or self._seen.get(sid)
        return one if one is not None and one.account == account else None

    def of(self, account: str) -> list[OwnNumber]:
        """Those that the account ever set an address for, oldest first."""
        return [one for one in self._set.values() if one.account == account]

    def set(self, one: OwnNumber, changes: dict[str, Any]) -> OwnNumber:
        """``one`` with these fields changed, in the file before it returns."""
        changed = replace(one, updated=datetime.now(UTC), **changes)
        _write(self._path, {**self._set, one.sid: changed})
        # Last in the order: a number that two accounts claim belongs to who set it last.
        self._set.pop(one.sid, None)
        self._set[one.sid] = changed
        return changed

    def with_voice(self) -> dict[str, OwnNumber]:
        """The numbers that can be called, by number."""
        return {one.number: one for one in self._set.values() if one.voice_url}


def _read(path: Path) -> list[OwnNumber]:
    try:
        rows: list[dict[str, Any]] = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return []
    return [
        OwnNumber(
            **{
                **row,
                "created": datetime.fromisoformat(row["created"]),
                "updated": datetime.fromisoformat(row["updated"]),
            }
        )
        for row in rows
    ]


def _write(path: Path, numbers: dict[str, OwnNumber]) -> None:
    """Whole or not at all, whenever this process dies."""
    rows = [asdict(one) for one in sorted(numbers.values(), key=lambda one: one.updated)]
    new = path.with_suffix(".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
