"""Refuses what must not be in the repository: addresses of package indexes, paths of one machine.

`make lint` runs it over every file that git tracks; it imports only the standard library.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent

# A lock file that tells where packages came from works only there.
INDEX = re.compile(
    r"--(?:extra-)?index-url|--find-links|--trusted-host|--default-index|^-[if] |://|"
    r"\bfile:|@ ?(?:https?|git|file)\b",
    re.MULTILINE,
)
MACHINE = re.compile(r"(?<![\w.])/(?:home|root|Users|work)/\w|(?<![\w.])/tmp/(?:wt|v0)\b|/opt/pypi")
LOCKS_WITH_ADDRESSES = {"uv.lock", "pylock.toml", "package-lock.json", "poetry.lock"}
UNREAD = {".png", ".woff2", ".mo", ".ico", ".pdf", ".xlsx"}


def main() -> None:
    problems = [problem for path in tracked() for problem in problems_of(path)]
    problems += unlocked()
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)


def tracked() -> list[Path]:
    """Tracked files, and those that would be added; every file where there is no git."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return [
            path for name in done.stdout.split("\0") if name and (path := ROOT / name).is_file()
        ]
    return [path for path in HERE.iterdir() if path.is_file()]


def problems_of(path: Path) -> list[str]:
    name = path.relative_to(ROOT)
    if path.name in LOCKS_WITH_ADDRESSES:
        return [f"{name}: this kind of lock file carries index addresses"]
    if path.suffix in UNREAD or path == Path(__file__).resolve():
        return []
    text = path.read_bytes().decode("utf-8", errors="replace")
    found = [
        f"{name}: {match.group().strip()!r} is a path of one machine"
        for match in MACHINE.finditer(text)
    ]
    if path.parent == HERE and path.suffix in {".txt", ".in"}:
        found += [
            f"{name}: {match.group().strip()!r} names where packages come from"
            for match in INDEX.finditer(text)
        ]
    return found


def unlocked() -> list[str]:
    """Packages that an .in file asks for and its lock does not have, or has without hashes."""
    problems = []
    for source in sorted(HERE.glob("*.in")):
        lock = source.with_suffix(".txt")
        locked = dict.fromkeys(re.findall(r"^([a-z0-9._-]+)==", lock.read_text(), re.MULTILINE))
        base = dict.fromkeys(
            re.findall(r"^([a-z0-9._-]+)==", (HERE / "base.txt").read_text(), re.MULTILINE)
        )
        for line in source.read_text().splitlines():
            match = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line)
            if match and re.sub(r"[-_.]+", "-", match.group().lower()) not in {**locked, **base}:
                problems.append(f"requirements/{source.name}: {match.group()} is not locked")
        pinned = re.split(r"^(?=[a-z0-9._-]+==)", lock.read_text(), flags=re.MULTILINE)
        problems += [
            f"requirements/{lock.name}: {entry.split()[0]} has no hash"
            for entry in pinned
            if "==" in entry.split("\n")[0] and "--hash=sha256:" not in entry
        ]
    return problems


if __name__ == "__main__":
    main()
