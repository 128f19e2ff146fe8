"""Makes .venv and puts the locked packages into it: `python install.py base` or `dev`.

Needs a Python 3.11 or later with its venv module and nothing else, so this file imports only the
standard library. A second run with the same lock files does nothing; one that was interrupted is
started over. uv installs, because it is fast; where uv finds no index that it can read, pip does.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE.parent / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"
UNFINISHED = VENV / "unfinished"
# dev holds what base holds, and more.
SETS = {"base": ("base.txt",), "dev": ("base.txt", "dev.txt")}


def main() -> None:
    if len(sys.argv) != 2 or sys.argv[1] not in SETS:
        sys.exit("usage: install.py base | dev")
    wanted = sys.argv[1]
    if sys.version_info < (3, 11):  # noqa: UP036  says so instead of failing somewhere
        sys.exit(
            f"tollgate: {sys.executable} is Python {sys.version.split()[0]}; "
            "install 3.11 or later, or name one: make PYTHON=/path/to/python3.11"
        )
    if _is_current(wanted):
        return
    with (HERE.parent / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_current(wanted):
            _install("dev" if wanted == "dev" or _installed()[:1] == ["dev"] else "base")


def _key(name: str) -> str:
    """What an installation depends on; a moved .venv has scripts that point nowhere."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {VENV}".encode())
    for file in ("uv.txt", *SETS[name]):
        digest.update((HERE / file).read_bytes())
    return digest.hexdigest()


def _installed() -> list[str]:
    """The name and key of what is installed; empty when nothing complete is."""
    try:
        return STAMP.read_text().split()
    except OSError:
        return []


def _is_current(wanted: str) -> bool:
    found = _installed()
    if len(found) != 2 or found[0] not in SETS or not PYTHON.exists():
        return False
    return (found[0] == wanted or found[0] == "dev") and found[1] == _key(found[0])


def _install(name: str) -> None:
    print(f"tollgate: installing the locked packages ({name}) into .venv", flush=True)
    if UNFINISHED.exists() or not _venv_works():
        _create_venv()
    UNFINISHED.touch()
    STAMP.unlink(missing_ok=True)
    files = [str(HERE / file) for file in SETS[name]]
    if not (_install_uv() and _uv_sync(files)):
        print("tollgate: uv could not install them; pip does, which takes longer.", flush=True)
        _pip_install(files)
    temporary = STAMP.with_suffix(".new")
    temporary.write_text(f"{name} {_key(name)}\n")
    temporary.replace(STAMP)
    UNFINISHED.unlink()


def _venv_works() -> bool:
    """Whether .venv is one of this Python, in this place, with a pip that runs."""
    if not PYTHON.exists():
        return False
    show = "import sys, pip; print(sys.prefix, sys.version_info[:2])"
    done = subprocess.run([PYTHON, "-c", show], capture_output=True, text=True, check=False)
    return done.stdout.strip() == f"{VENV} {sys.version_info[:2]}"


def _create_venv() -> None:
    if VENV.is_symlink():
        sys.exit("tollgate: .venv is a link to another directory; remove it.")
    shutil.rmtree(VENV, ignore_errors=True)
    done = subprocess.run([sys.executable, "-m", "venv", VENV], check=False)
    if done.returncode != 0:
        sys.exit(
            f"tollgate: {sys.executable} cannot make a virtual environment; "
            "on Debian and Ubuntu: apt-get install python3-venv"
        )


def _install_uv() -> bool:
    return _pip("install", "--quiet", "--require-hashes", "-r", str(HERE / "uv.txt"), check=False)


def _uv_sync(files: list[str]) -> bool:
    command = [str(VENV / "bin" / "uv"), "pip", "sync", "--quiet", "--require-hashes"]
    command += ["--python", str(PYTHON), str(HERE / "uv.txt"), *files]
    # Where there is no index to reach, pip should get its turn soon.
    environment = {"UV_HTTP_TIMEOUT": "30", "UV_HTTP_RETRIES": "1", **os.environ}
    done = subprocess.run(
        command, env=environment, check=False, capture_output=True, text=True, cwd=HERE
    )
    if done.returncode != 0:
        print(f"tollgate: uv: {_last_line(done.stderr)}", flush=True)
    return done.returncode == 0


def _pip_install(files: list[str]) -> None:
    requirements = [part for file in files for part in ("-r", file)]
    if not _pip("install", "--quiet", "--require-hashes", *requirements, check=True):
        sys.exit("tollgate: the packages could not be installed; pip says why, above.")


def _pip(*arguments: str, check: bool) -> bool:
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    done = subprocess.run(command, check=False, capture_output=not check, text=True, cwd=HERE)
    if done.returncode != 0 and not check:
        print(f"tollgate: pip: {_last_line(done.stderr)}", flush=True)
    return done.returncode == 0


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "said nothing"


if __name__ == "__main__":
    main()
