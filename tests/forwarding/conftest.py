from __future__ import annotations

import pytest

from forwarding import rules


@pytest.fixture(autouse=True)
def quiet_broker(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which tasks the broker was told of; the tests work on them by themselves."""
    told: list[str] = []
    monkeypatch.setattr(rules, "wake", told.append)
    return told
