"""What the simulated carrier does wrong, settable while it runs, and the same for the same seed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, fields
from typing import Any, Final, Self


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares lie between 0 and 1 and are drawn per message; all 0: a carrier without a fault.

    Whether a message is hit depends on ``seed``, its recipient and how many times this recipient
    was tried, never on the order in which different recipients come in.
    """

    seed: int = 1
    # Answers late.
    slow_seconds: float = 0.0
    slow_share: float = 1.0
    # Refuses with a code: a share, or every number that the pattern is found in.
    refuse_code: int = 30034
    refuse_share: float = 0.0
    refuse_pattern: str = ""
    # "Too many requests": a share, or all above a rate (accepted a second; 0: no limit).
    throttle_share: float = 0.0
    throttle_rate: float = 0.0
    # No answer: the connection dropped, an error 500, or silence; with the message taken or not.
    drop_share: float = 0.0
    drop_after_share: float = 0.0
    error_share: float = 0.0
    error_after_share: float = 0.0
    hang_share: float = 0.0
    hang_after_share: float = 0.0
    # Status callbacks.
    callbacks: bool = True
    callback_delay: float = 0.2
    callback_duplicates: float = 0.0
    callback_reorder: float = 0.0
    # Voice addresses asked twice about the same call; drawn per caller.
    call_replay: float = 0.0
    # Recipients that the carrier holds for opted out, separated by commas.
    opted_out: str = ""
    # Recipients whose last seven digits ask for a fault; see magic.py.
    magic: bool = False

    @classmethod
    def from_fields(cls, values: dict[str, Any]) -> Self:
        """From JSON or a form; what is not named is as without faults. Raises `ValueError`."""
        types = {field.name: str(field.type) for field in fields(cls)}
        unknown = values.keys() - types.keys()
        if unknown:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        faults = cls(**{name: _read(name, types[name], value) for name, value in values.items()})
        faults.check()
        return faults

    def check(self) -> None:
        """Raise `ValueError` that names the first value that makes no sense."""
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in SHARES and not 0 <= value <= 1:
                raise ValueError(f"{field.name} must lie between 0 and 1")
            if field.name in {"slow_seconds", "callback_delay", "throttle_rate"} and not (
                0 <= value <= 100_000
            ):
                raise ValueError(f"{field.name} must lie between 0 and 100000")
        try:
            re.compile(self.refuse_pattern)
        except re.error as error:
            raise ValueError(f"refuse_pattern: {error}") from None

    @property
    def any_drawn(self) -> bool:
        """Whether a message has to be looked at at all; false on the fast path."""
        return bool(
            self.slow_seconds
            or self.refuse_share
            or self.refuse_pattern
            or self.throttle_share
            or any(getattr(self, name) for name in NO_ANSWER)
        )

    def hits(self, share: float, what: str, to: str, attempt: int) -> bool:
        """Whether this attempt at this recipient falls into ``share`` of fault ``what``."""
        if share <= 0:
            return False
        drawn = hashlib.blake2b(f"{self.seed}|{what}|{to}|{attempt}".encode(), digest_size=8)
        return int.from_bytes(drawn.digest()) / 2**64 < share


NO_ANSWER: Final = (
    "drop_share",
    "drop_after_share",
    "error_share",
    "error_after_share",
    "hang_share",
    "hang_after_share",
)
SHARES: Final = (
    "slow_share",
    "refuse_share",
    "throttle_share",
    *NO_ANSWER,
    "callback_duplicates",
    "callback_reorder",
    "call_replay",
)


def _read(name: str, kind: str, value: object) -> Any:
    try:
        if kind == "bool":
            return value in {True, "on", "true", "1"}
        if kind == "int":
            return int(str(value).strip())
        if kind == "float":
            return float(str(value).strip())
    except ValueError:
        raise ValueError(f"{name} must be a number") from None
    return str(value).strip()
