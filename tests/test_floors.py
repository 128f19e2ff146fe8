"""A room imports only from rooms below it: config > forwarding > sending > consent > accounts."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.conf import settings

# Lowest first.
ROOMS = ("accounts", "consent", "sending", "forwarding", "config")
ROOT = Path(settings.BASE_DIR)
# Any room may be told of the wiring by Django, but none reaches for it.
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def imported(source: str, package: str) -> set[str]:
    """The full names of every module that ``source`` imports anywhere, in functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*(above if node.level else []), *filter(None, [node.module])])
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and _name(node.func) in {"import_module", "__import__"}:
            found |= {
                argument.value
                for argument in node.args[:1]
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            }
    return found


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def reaching_up(room: str, modules: set[str]) -> list[str]:
    above = {*ROOMS[ROOMS.index(room) + 1 :], "tests"}
    return sorted(module for module in modules if module.split(".")[0] in above)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_imports_only_from_rooms_below(path: Path) -> None:
    name = path.relative_to(ROOT)
    package = ".".join(name.parent.parts)
    found = reaching_up(name.parts[0], imported(path.read_text(encoding="utf-8"), package))
    assert not found, f"{name} reaches up to {', '.join(found)}"


@pytest.mark.parametrize(
    "source",
    [
        "import sending.models",
        "from sending import gate",
        "def late():\n    from sending.gate import load",
        "from ...sending import models",
        "import importlib\nimportlib.import_module('sending.gate')",
        "from tests.cast import Cast",
    ],
)
def test_reaching_up_is_seen_wherever_it_stands(source: str) -> None:
    assert reaching_up("consent", imported(source, "consent.imports"))


def test_there_is_something_in_every_room() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in MODULES} >= {
        "accounts",
        "consent",
        "sending",
        "forwarding",
        "config",
    }
