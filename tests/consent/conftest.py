from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings


@pytest.fixture(autouse=True)
def kept_files(tmp_path: Path) -> Iterator[Path]:
    """Files of a test go to a directory of its own."""
    with override_settings(MEDIA_ROOT=tmp_path / "files"):
        yield tmp_path / "files"
