"""A figure, and the table of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Sequence


class Figure(TypedDict):
    """One measurement. ``peer`` and ``limit`` say what is compared with, in words and in ``unit``.

    ``peer_ratio`` is ours to the peer's, ``limit_ratio`` ours to what this machine can do at most;
    both so that larger is better, and None where there is nothing to compare with.
    """

    name: str
    value: float
    unit: str
    peer: str
    peer_ratio: float | None
    limit: str
    limit_ratio: float | None


HEADER = ("what", "value", "unit", "peer", "× peer", "limit", "of limit")


def table(figures: Sequence[Figure]) -> str:
    """The figures, one a line, columns aligned; numbers to the right."""
    rows = [
        (
            figure["name"],
            number(figure["value"]),
            figure["unit"],
            figure["peer"] or "–",
            "–" if figure["peer_ratio"] is None else f"{figure['peer_ratio']:.1f}",
            figure["limit"] or "–",
            "–" if figure["limit_ratio"] is None else f"{figure['limit_ratio']:.0%}",
        )
        for figure in figures
    ]
    widths = [max(len(row[column]) for row in (HEADER, *rows)) for column in range(len(HEADER))]
    to_the_right = {1, 4, 6}
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in to_the_right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (HEADER, *rows)
    )


def number(value: float) -> str:
    """Three significant digits, thousands apart."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
