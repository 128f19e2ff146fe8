"""The messages that the simulated carrier holds, in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sending.carriers.simulator.log import Entry


@dataclass(slots=True)
class Text:
    """One message at the carrier and how far it has come."""

    entry: Entry
    status: str = "queued"
    error_code: int | None = None
    sent_at: datetime | None = None
    updated_at: datetime | None = None

    def move(self, status: str, at: datetime, error_code: int | None = None) -> None:
        self.status = status
        self.error_code = error_code
        self.updated_at = at
        if status == "sent":
            self.sent_at = at


class Store:
    """By id, and by phone; the phone that got the newest message comes last."""

    def __init__(self) -> None:
        self._by_sid: dict[str, Text] = {}
        self._by_phone: dict[str, list[Text]] = {}

    def add(self, text: Text) -> None:
        self._by_sid[text.entry.sid] = text
        phone = self._by_phone.pop(text.entry.to, [])
        phone.append(text)
        self._by_phone[text.entry.to] = phone

    def get(self, sid: str) -> Text | None:
        return self._by_sid.get(sid)

    def phone(self, number: str) -> list[Text]:
        """What one phone got, oldest first."""
        return self._by_phone.get(number, [])

    def phones(self) -> Iterator[tuple[str, list[Text]]]:
        """Every phone with what it got, the one with the newest message first."""
        for number in reversed(self._by_phone):
            yield number, self._by_phone[number]

    def newest_first(self) -> Iterator[Text]:
        return reversed(self._by_sid.values())

    def __len__(self) -> int:
        return len(self._by_sid)

    @property
    def phone_count(self) -> int:
        return len(self._by_phone)
