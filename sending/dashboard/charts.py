"""Charts in the shape that the shell's Chart.js reads, each with the table that says the same."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from sending.activity import words
from sending.dashboard import figures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sending.dashboard.figures import Tally
    from sending.dashboard.ranges import Span

# Told apart with any colour vision (Okabe and Ito), and 3:1 against white and near-black alike.
_PALETTE = ["#0072b2", "#d55e00", "#009e73", "#b8699a", "#8c7a00", "#4d8fc4", "#777777"]


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    colour: str
    values: list[int]

    @property
    def total(self) -> int:
        return sum(self.values)


@dataclass(frozen=True, slots=True)
class Chart:
    """``rows`` are (bucket, values) for the table: the buckets where something happened."""

    title: str
    series: list[Series]
    labels: list[str]
    rows: list[tuple[str, list[int]]]

    @property
    def data(self) -> str:
        sets = [
            {
                "label": each.name,
                "data": each.values,
                "backgroundColor": each.colour,
                "stack": "all",
                "maxBarThickness": 28,
            }
            for each in self.series
        ]
        return json.dumps({"labels": self.labels, "datasets": sets})

    @property
    def options(self) -> str:
        return json.dumps(_OPTIONS)

    @property
    def summary(self) -> str:
        """What the picture shows, for those who do not see it."""
        told = ", ".join(f"{each.name} {each.total:,}" for each in self.series if each.total)
        return f"{self.title}: {told}" if told else f"{self.title}: {_('nothing')}"


_TICKS = {"color": "#6b7280", "maxRotation": 0, "autoSkip": True, "maxTicksLimit": 12}
_OPTIONS: dict[str, Any] = {
    "animation": False,
    "responsive": True,
    "maintainAspectRatio": False,
    "interaction": {"mode": "index", "intersect": False},
    "datasets": {"bar": {"borderRadius": 2, "categoryPercentage": 0.8, "barPercentage": 1}},
    "plugins": {"legend": {"display": False}, "tooltip": {"enabled": True}},
    "scales": {
        "x": {"stacked": True, "ticks": _TICKS, "grid": {"display": False}},
        "y": {
            "stacked": True,
            "beginAtZero": True,
            "ticks": {"color": "#6b7280", "precision": 0, "maxTicksLimit": 5},
            "border": {"display": False},
            "grid": {"color": "rgba(128, 128, 128, 0.2)"},
        },
    },
}


def went(found: Tally, span: Span) -> Chart:
    names = {
        figures.WENT: _("Sent"),
        figures.NOT_DELIVERED: _("Not delivered"),
        figures.REFUSED: _("Refused by the carrier"),
        figures.UNKNOWN: _("Unknown"),
    }
    return by_bucket(_("What went out"), found.outcomes, names, span)


def skipped(found: Tally, span: Span) -> Chart:
    names = {code: words.of_codes(code) for code, _n in found.total_skips().most_common()}
    return by_bucket(_("What was skipped, and why"), found.skips, names, span)


def by_bucket(
    title: str, counts: Mapping[datetime, Counter[str]], names: Mapping[str, str], span: Span
) -> Chart:
    """``counts`` of each bucket of ``span`` as bars stacked in the order of ``names``, by key."""
    series = [
        Series(name, _PALETTE[place % len(_PALETTE)], [each[key] for each in counts.values()])
        for place, (key, name) in enumerate(names.items())
    ]
    rows = [
        (f"{bucket:%Y-%m-%d %H:%M}", [each[key] for key in names])
        for bucket, each in counts.items()
        if each.total()
    ]
    return Chart(title, series, [span.label(bucket) for bucket in counts], rows)
