from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from forwarding import rules


@pytest.fixture(autouse=True)
def kept(settings: Settings, tmp_path: Path) -> Path:
    """Where calls are kept that cannot be logged: for each test a place of its own."""
    settings.DATA_DIR = tmp_path
    return tmp_path / "calls"


@pytest.fixture(autouse=True)
def quiet_broker(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which tasks the broker was told of; the tests work on them by themselves."""
    told: list[str] = []
    monkeypatch.setattr(rules, "wake", told.append)
    return told
