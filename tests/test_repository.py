"""What must hold of the repository as a whole: migrations, templates, addresses, the README."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command, get_commands, load_command_class
from django.template import engines

from config.demo.workspace import SLUG

ROOT = Path(settings.BASE_DIR)
PAGES = sorted(["README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))])
OWN_APPS = ("accounts", "consent", "sending", "forwarding", "config")
TEMPLATES = sorted(
    path
    for directory in (ROOT / "templates", *(ROOT / name / "templates" for name in OWN_APPS))
    for path in directory.rglob("*")
    if path.suffix in {".html", ".txt"}
)


@pytest.mark.django_db
def test_the_models_need_no_further_migration() -> None:
    output = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=output)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_compiles(path: Path) -> None:
    engines["django"].from_string(path.read_text(encoding="utf-8"))


def test_no_lock_file_says_where_packages_came_from_and_no_file_names_a_machine() -> None:
    done = subprocess.run(
        [sys.executable, "requirements/check.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https" + "://pypi.example.com/simple",
        "--find-links /opt/wheels",
        "--trusted-host pypi.example.com",
        "package @ https" + "://example.com/package.whl",
        "-i https" + "://pypi.example.com",
    ],
)
def test_the_check_of_lock_files_sees(line: str) -> None:
    sys.path.insert(0, str(ROOT / "requirements"))
    try:
        from check import INDEX
    finally:
        sys.path.pop(0)
    assert INDEX.search(f"django==5.2\n{line}\n")


def commands_in(document: Path) -> tuple[set[str], set[str]]:
    """The make targets and manage.py commands that a page names."""
    text = document.read_text(encoding="utf-8")
    return (
        set(
            re.findall(r"\bmake ([a-z]+)\b", " ".join(re.findall(r"`[^`]+`|^ {4}.*$", text, re.M)))
        ),
        set(re.findall(r"manage\.py ([a-z_]+)", text)),
    )


@pytest.mark.parametrize("name", PAGES)
def test_commands_that_a_page_names_exist(name: str) -> None:
    targets, commands = commands_in(ROOT / name)
    makefile = (ROOT / "Makefile").read_text()
    known = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert targets <= known
    assert commands <= set(get_commands())


@pytest.mark.parametrize("name", PAGES)
def test_files_that_a_page_names_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([\w./-]+)\)", text):
        assert ((ROOT / name).parent / link).exists(), link
    for path in re.findall(
        r"`((?:config|consent|sending|forwarding|accounts|tests)/[\w./-]+)`", text
    ):
        assert (ROOT / path).exists(), path


def test_every_page_is_reached_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in PAGES if name != "README.md" and f"]({name})" not in readme] == []


def examples() -> list[list[str]]:
    """The commands of the README that can be run as they stand there."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^ {4}python manage\.py (.*)$", text, re.MULTILINE)
    return [shlex.split(line) for line in lines if "[" not in line]


@pytest.mark.parametrize("words", examples(), ids=lambda words: words[0])
def test_an_example_of_the_readme_is_understood(words: list[str]) -> None:
    command = load_command_class(get_commands()[words[0]], words[0])
    given = command.create_parser("manage.py", words[0]).parse_args(words[1:])
    if "workspace" in given:
        assert given.workspace == SLUG


def test_the_readme_shows_every_command_for_sending_and_importing() -> None:
    shown = {words[0] for words in examples()}
    assert shown == {"send_campaign", "preflight", "explain", "import_optins"}


def test_every_app_of_ours_is_in_the_house() -> None:
    own = {config.name for config in apps.get_app_configs() if Path(config.path).parent == ROOT}
    assert own == set(OWN_APPS)


def test_the_look_of_a_note_is_defined_once() -> None:
    """Two sheets that meant different things by one class made pages look by chance."""
    sheets = [path for name in OWN_APPS for path in (ROOT / name / "static").rglob("*.css")]
    defined = [
        path.name
        for path in sheets
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.match(r"\.tg-note\b[^-{ ]* ?[,{]", line)
    ]
    assert defined == ["tollgate.css"]
