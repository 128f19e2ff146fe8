"""The switches of the page: which fault is set by which field, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sending.carriers.simulator.faults import SHARES, Faults


@dataclass(frozen=True, slots=True)
class Field:
    """``name`` is that of the fault."""

    name: str
    label: str
    hint: str = ""


GROUPS: Final[tuple[tuple[str, tuple[Field, ...]], ...]] = (
    (
        "Slow answers",
        (
            Field("slow_seconds", "Seconds", "0: answers at once"),
            Field("slow_share", "Share"),
        ),
    ),
    (
        "Refusals",
        (
            Field("refuse_code", "Code", "such as 21211, 21610, 30034"),
            Field("refuse_share", "Share"),
            Field("refuse_pattern", "Numbers that contain", "a regular expression"),
            Field("opted_out", "Opted out here", "numbers, with commas"),
        ),
    ),
    (
        "Too many requests (429)",
        (
            Field("throttle_share", "Share"),
            Field("throttle_rate", "Above a rate", "messages a second; 0: no limit"),
        ),
    ),
    (
        "No answer, but taken",
        (
            Field("drop_after_share", "Connection dropped"),
            Field("error_after_share", "Error 500"),
            Field("hang_after_share", "Silence"),
        ),
    ),
    (
        "No answer, not taken",
        (
            Field("drop_share", "Connection dropped"),
            Field("error_share", "Error 500"),
            Field("hang_share", "Silence"),
        ),
    ),
    (
        "Status callbacks",
        (
            Field("callbacks", "Post them"),
            Field("callback_delay", "Seconds between"),
            Field("callback_duplicates", "Share posted twice"),
            Field("callback_reorder", "Share in wrong order"),
        ),
    ),
    (
        "Calls",
        (Field("call_replay", "Share asked about twice", "the two answers are compared"),),
    ),
    (
        "In general",
        (
            Field("magic", "Numbers 555-99xx ask for faults"),
            Field("seed", "Seed", "the same seed hits the same messages"),
        ),
    ),
)


# How, not whether: none of these is a fault by itself.
_SETTINGS: Final = {"seed", "refuse_code", "slow_share", "callback_delay", "callbacks", "magic"}


def groups(faults: Faults) -> list[dict[str, Any]]:
    """The form's groups with the values in force, for the template."""
    return [
        {"title": title, "fields": [_shown(field, faults) for field in fields]}
        for title, fields in GROUPS
    ]


def in_force(faults: Faults) -> list[str]:
    """The faults that are switched on, in words; empty for a carrier without a fault."""
    plain = Faults()
    silent = [] if faults.callbacks else ["no status callbacks"]
    return silent + [
        f"{title}: {field.label.lower()} {_worded(getattr(faults, field.name))}"
        for title, fields in GROUPS
        for field in fields
        if field.name not in _SETTINGS and getattr(faults, field.name) != getattr(plain, field.name)
    ]


def _worded(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _shown(field: Field, faults: Faults) -> dict[str, Any]:
    value = getattr(faults, field.name)
    number = isinstance(value, int | float)
    return {
        "name": field.name,
        "label": field.label,
        "hint": field.hint,
        "value": _worded(value),
        "kind": "checkbox" if isinstance(value, bool) else "number" if number else "text",
        "checked": value is True,
        "most": "1" if field.name in SHARES else "",
        "step": "1" if isinstance(value, int) else "any",
    }
