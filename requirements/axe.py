"""Fetches axe-core, which the browser tests look for barriers with, into .data/axe/.

`python axe.py` asks npm for one version and takes it only with the hash below, so it does not
matter which registry npm is set up for. A second run does nothing; one that was interrupted is
started over. Without npm, or without a registry to reach, it says so and ends well: the tests that
need axe-core are skipped then, and say so too. It imports only the standard library.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "4.14.1"
SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
# The one file of the package that is used.
SCRIPT_SHA512 = (
    "5j5ln5gG165b1AiZBDsIcaUGLFRCsBs/Gj7fXq9Qv1w6cQSnJGMpO0rRt3xmGg1OQOhQ3sid6dbs5wqME6mvFw=="
)
DIRECTORY = Path(__file__).resolve().parent.parent / ".data" / "axe"
PATIENCE = 90.0


def main() -> None:
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else DIRECTORY
    problem = install(directory)
    if problem:
        print(f"tollgate: axe-core is not installed: {problem}; its tests are skipped.")


def script(directory: Path = DIRECTORY) -> Path | None:
    """Where axe-core is, whole and unaltered; None where it is not."""
    path = directory / f"axe-{VERSION}.min.js"
    try:
        return path if _hash(path.read_bytes()) == SCRIPT_SHA512 else None
    except OSError:
        return None


def install(directory: Path) -> str:
    """Why axe-core could not be put into ``directory``; "" when it is there."""
    if script(directory) is not None:
        return ""
    if shutil.which("npm") is None:
        return "there is no npm"
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if script(directory) is not None:
            return ""
        for interrupted in directory.glob(".fetched-*"):
            shutil.rmtree(interrupted, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=directory, prefix=".fetched-") as fetched:
            return _fetch(Path(fetched), directory)


def _fetch(fetched: Path, directory: Path) -> str:
    command = ["npm", "pack", f"axe-core@{VERSION}", "--silent", "--fetch-timeout=20000"]
    command += ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
    try:
        done = subprocess.run(
            command, cwd=fetched, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"npm: {type(error).__name__}"
    archives = list(fetched.glob("*.tgz"))
    if done.returncode != 0 or len(archives) != 1:
        return "npm could not fetch it"
    if _hash(archives[0].read_bytes()) != SHA512:
        return "npm fetched something else, which was thrown away"
    with tarfile.open(archives[0]) as archive:
        member = archive.extractfile("package/axe.min.js")
        if member is None:
            return "the package lacks its script"
        unfinished = fetched / "axe.min.js"
        unfinished.write_bytes(member.read())
    unfinished.replace(directory / f"axe-{VERSION}.min.js")
    return "" if script(directory) is not None else "its script is not the expected one"


def _hash(content: bytes) -> str:
    return base64.b64encode(hashlib.sha512(content).digest()).decode()


if __name__ == "__main__":
    main()
