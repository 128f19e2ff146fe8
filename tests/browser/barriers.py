"""What axe-core finds on a page that keeps people out; skips where axe-core is not installed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Rules of WCAG 2.2 AA, and what axe-core calls best practice.
_RUN = """async (within) => {
    const found = await axe.run({ include: within }, { resultTypes: ["violations"] });
    return found.violations.flatMap((rule) =>
        rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`));
}"""

# What fades in has no contrast while it does. What turns as long as it is there does not matter.
_AT_REST = """() => document.getAnimations().every((each) =>
    each.playState !== "running" || each.effect.getComputedTiming().endTime === Infinity)"""


def axe_core() -> str:
    """The script that `requirements/axe.py` fetched."""
    sys.path.insert(0, str(Path(settings.BASE_DIR) / "requirements"))
    try:
        from axe import script
    finally:
        sys.path.pop(0)
    path = script()
    if path is None:
        pytest.skip("axe-core is not installed: run requirements/system.sh")
    return path.read_text(encoding="utf-8")


def barriers(page: Page, script: str, *within: str) -> list[str]:
    """Each violation in the parts of the page that the selectors ``within`` name."""
    page.wait_for_function(_AT_REST)
    if not page.evaluate("'axe' in window"):
        page.evaluate(script)
    found: list[str] = page.evaluate(_RUN, list(within))
    return found
