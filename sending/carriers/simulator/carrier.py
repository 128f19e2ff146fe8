"""The simulated carrier itself: what it holds, and how it judges and accepts a message."""

from __future__ import annotations

import re
import sys
import time
import uuid
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from sending.carriers.simulator import magic
from sending.carriers.simulator.callbacks import Callbacks
from sending.carriers.simulator.faults import NO_ANSWER, Faults
from sending.carriers.simulator.log import AppendLog, Entry, read_log
from sending.carriers.simulator.magic import Answer, Fate
from sending.carriers.simulator.signed import SignedRequests
from sending.carriers.simulator.store import Store, Text
from sending.carriers.simulator.validation import Problem, check, problem
from sending.carriers.simulator.voice.own_numbers import OwnNumbers
from sending.carriers.simulator.voice.switchboard import Switchboard


class Carrier:
    """Accepts any account with ``auth_token``. ``senders`` None: every sender number is theirs."""

    def __init__(
        self,
        *,
        log: Path,
        auth_token: str,
        faults: Faults | None = None,
        senders: frozenset[str] | None = None,
    ) -> None:
        self.auth_token = auth_token
        self.faults = faults or Faults()
        self.store = Store()
        self.requests = SignedRequests(auth_token)
        self.callbacks = Callbacks(requests=self.requests, faults=lambda: self.faults)
        self.switchboard = Switchboard(
            OwnNumbers(log.with_suffix(".numbers.json"), owned=senders),
            requests=self.requests,
            callbacks=self.callbacks,
            faults=lambda: self.faults,
        )
        self._senders = senders
        self._attempts: Counter[str] = Counter()
        self._next_slot = 0.0
        for entry in read_log(log):
            self._restore(entry)
        self._log = AppendLog(log)

    async def start(self) -> None:
        await self.requests.start()
        await self.callbacks.start()

    async def stop(self) -> None:
        """End calls and callbacks that are under way."""
        await self.switchboard.stop()
        await self.callbacks.stop()
        await self.requests.stop()

    def close(self) -> None:
        self._log.close()

    def judge(self, form: dict[str, str]) -> Problem | None:
        """What is wrong with the form itself."""
        opted_out = self.faults.opted_out
        refusing = frozenset(re.split(r"[,\s]+", opted_out)) if opted_out else frozenset()
        return check(form, opted_out=refusing, owned=self._senders)

    def fate(self, to: str) -> Fate:
        """What the faults in force, or a magic number, have in store for this attempt."""
        faults = self.faults
        if faults.throttle_rate and self._above_rate(faults.throttle_rate):
            return Fate(refuse=20429)
        asked = magic.fate(to) if faults.magic else Fate()
        if not faults.any_drawn or asked != Fate():
            return asked
        self._attempts[to] += 1
        attempt = self._attempts[to]
        if faults.hits(faults.throttle_share, "throttle", to, attempt):
            return Fate(refuse=20429)
        if faults.hits(faults.refuse_share, "refuse", to, 0) or (
            faults.refuse_pattern and re.search(faults.refuse_pattern, to)
        ):
            return Fate(refuse=faults.refuse_code)
        slow = faults.slow_seconds and faults.hits(faults.slow_share, "slow", to, attempt)
        answer = next(
            (
                Answer(name.removesuffix("_share"))
                for name in NO_ANSWER
                if faults.hits(getattr(faults, name), name, to, attempt)
            ),
            None,
        )
        return Fate(answer=answer, slow_seconds=faults.slow_seconds if slow else 0.0)

    async def accept(self, account: str, form: dict[str, str]) -> Text:
        """Take a message over: first into the log, then into memory and on its way."""
        entry = Entry(
            sid="SM" + uuid.uuid4().hex,
            # The same few again and again, a million times.
            account=sys.intern(account),
            to=form["To"],
            sender=sys.intern(form["From"]),
            body=sys.intern(form["Body"]),
            status_callback=form.get("StatusCallback", ""),
            time=datetime.now(UTC),
        )
        await self._log.append(entry)
        text = Text(entry)
        self.store.add(text)
        self.callbacks.accepted(text)
        return text

    def refuse(self, code: int, form: dict[str, str]) -> Problem:
        return problem(code, to=form.get("To", ""), sender=form.get("From", ""))

    def _above_rate(self, rate: float) -> bool:
        """Spaced evenly over time, with at most a second's worth at once."""
        now = time.monotonic()
        slot = max(self._next_slot, now)
        if slot - now >= 1.0:
            return True
        self._next_slot = slot + 1.0 / rate
        return False

    def _restore(self, entry: Entry) -> None:
        """After a restart, what was under way has arrived; its callbacks are lost."""
        text = Text(entry)
        status, code = magic.ending(entry.to) if self.faults.magic else ("delivered", None)
        text.move("sent", entry.time)
        text.move(status, entry.time, code)
        self.store.add(text)
