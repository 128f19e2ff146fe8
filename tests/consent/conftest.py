from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client, override_settings

from accounts.roles import Role
from consent.imports import jobs
from tests.cast import Cast
from tests.consent.files import browser


@pytest.fixture(autouse=True)
def kept_files(tmp_path: Path) -> Iterator[Path]:
    """Files of a test go to a directory of its own."""
    with override_settings(MEDIA_ROOT=tmp_path / "files"):
        yield tmp_path / "files"


@pytest.fixture(autouse=True)
def quiet_broker(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Which runs the broker was told of; the tests work on them by themselves."""
    told: list[int] = []
    monkeypatch.setattr(jobs, "wake", lambda _task, *ids: told.extend(ids))
    return told


@pytest.fixture
def admin(cast: Cast) -> Client:
    return browser(cast.members[Role.ADMIN])
