"""requirements/axe.py takes one script with one hash, or says why not, and never fails."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from django.conf import settings

INSTALLER = Path(settings.BASE_DIR) / "requirements" / "axe.py"
NAME = "axe-4.14.1.min.js"
INSTALLED = Path(settings.BASE_DIR) / ".data" / "axe" / NAME


@pytest.fixture
def bin_directory(tmp_path: Path) -> Path:
    """The only directory in PATH."""
    directory = tmp_path / "bin"
    directory.mkdir()
    return directory


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "axe"


def run(target: Path, bin_directory: Path) -> str:
    done = subprocess.run(
        [sys.executable, INSTALLER, target],
        env={**os.environ, "PATH": str(bin_directory)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def npm(bin_directory: Path, does: str) -> Path:
    """Puts a command npm in place that does this, and the file that tells whether it was run."""
    ran = bin_directory / "ran"
    program = bin_directory / "npm"
    program.write_text(f"#!/bin/sh\n: >'{ran}'\n{does}\n")
    program.chmod(0o755)
    return ran


def archive(path: Path, script: bytes) -> Path:
    with tarfile.open(path, "w:gz") as packed:
        member = tarfile.TarInfo("package/axe.min.js")
        member.size = len(script)
        packed.addfile(member, io.BytesIO(script))
    return path


def test_without_npm_it_says_so(target: Path, bin_directory: Path) -> None:
    assert "there is no npm; its tests are skipped" in run(target, bin_directory)
    assert not target.exists()


def test_without_a_registry_it_says_so(target: Path, bin_directory: Path) -> None:
    ran = npm(bin_directory, "exit 1")
    assert "npm could not fetch it" in run(target, bin_directory)
    assert ran.exists()
    assert sorted(path.name for path in target.iterdir()) == [".lock"]


def test_what_has_another_hash_is_thrown_away(
    target: Path, bin_directory: Path, tmp_path: Path
) -> None:
    forged = archive(tmp_path / "forged.tgz", b"alert('not axe')")
    npm(bin_directory, f"/bin/cp '{forged}' axe-core-4.14.1.tgz")
    assert "something else, which was thrown away" in run(target, bin_directory)
    assert sorted(path.name for path in target.iterdir()) == [".lock"]


def test_what_an_interrupted_run_left_is_not_taken_for_the_script(
    target: Path, bin_directory: Path
) -> None:
    target.mkdir()
    (target / NAME).write_text("half of i")
    (target / ".fetched-0").mkdir()
    ran = npm(bin_directory, "exit 1")
    assert "npm could not fetch it" in run(target, bin_directory)
    assert ran.exists()
    assert not (target / ".fetched-0").exists()


@pytest.mark.skipif(not INSTALLED.exists(), reason="axe-core is not installed")
def test_a_second_run_asks_nobody(target: Path, bin_directory: Path) -> None:
    target.mkdir()
    shutil.copy(INSTALLED, target / NAME)
    ran = npm(bin_directory, "exit 1")
    assert run(target, bin_directory) == ""
    assert not ran.exists()
