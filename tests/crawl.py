"""Asking a page as someone, and what to look at in its answer; for `test_routes`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from accounts.models import User, Workspace
from tests.routes import Route, World
from tests.world import MARKS, fingerprint, fingerprint_of


@dataclass
class _Writes:
    """Watches statements: a request that only read has changed nothing, and need not be checked."""

    seen: bool = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen = self.seen or not sql.lstrip(" (\n").upper().startswith(_READS)
        return execute(sql, params, many, context)


_READS = ("SELECT", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


@dataclass
class Crawl:
    """Sends requests, each undone afterwards, and collects what is wrong with the answers."""

    world: World
    user: User | None
    wrong: list[str] = field(default_factory=list)
    states: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client = Client(raise_request_exception=True)
        if self.user:
            self.client.force_login(self.user)

    def ask(
        self,
        route: Route | str,
        method: str,
        address: str,
        data: dict[str, Any] | None = None,
        *,
        unchanged: bool | Workspace = True,
        statuses: set[int] | None = None,
        blind: bool = True,
    ) -> Any:
        """One request. ``unchanged``: nothing at all, or nothing of that workspace, may change;
        ``blind``: nothing of the rival's may be in the answer."""
        said = f"{self.user or 'nobody'}: {method.upper()} {address} ({route})"
        answer: Any = None
        with transaction.atomic():
            before = self._before(unchanged)
            writes = _Writes()
            try:
                with connection.execute_wrapper(writes):
                    answer = getattr(self.client, method)(address, data or {})
                    body = _body(answer)
                    if answer.status_code == 302 and "/login/" not in answer["Location"]:
                        body += _body(self.client.get(answer["Location"]))
            except Exception as error:
                self.wrong.append(f"{said}: {type(error).__name__}: {error}")
                body = ""
            else:
                if answer.status_code >= 500:
                    self.wrong.append(f"{said}: {answer.status_code}")
                if statuses and answer.status_code not in statuses:
                    self.wrong.append(f"{said}: {answer.status_code}, not one of {statuses}")
                after = _state(unchanged) if writes.seen else before
                changed = {name for name in after if after[name] != before.get(name)}
                if changed:
                    self.wrong.append(f"{said}: {answer.status_code} and changed {changed}")
                if blind and (seen := [mark for mark in MARKS if mark in body.lower()]):
                    self.wrong.append(f"{said}: {answer.status_code} and shows {seen}")
            transaction.set_rollback(True)
        return answer

    def _before(self, unchanged: bool | Workspace) -> dict[str, str]:
        """As it was at the start: every request is undone, so it is read once."""
        key = str(unchanged)
        if key not in self.states:
            self.states[key] = _state(unchanged)
        return self.states[key]

    def finish(self) -> None:
        assert not self.wrong, f"{len(self.wrong)} wrong:\n" + "\n".join(self.wrong[:40])


def _state(unchanged: bool | Workspace) -> dict[str, str]:
    if isinstance(unchanged, Workspace):
        return fingerprint_of(unchanged)
    return fingerprint() if unchanged else {}


def _body(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content.decode(errors="replace"))


def relations(model: Any) -> list[Any]:
    return [each for each in model._meta.concrete_fields if each.is_relation]


def model(label: str) -> Any:
    return apps.get_model(label)


def forms_of(answer: Any) -> list[Any]:
    context = answer.context
    if answer.status_code != 200 or context is None:
        return []
    found = []
    for name in ("form", "adminform", "import_form"):
        form = context.get(name)
        form = getattr(form, "form", form)
        if isinstance(form, forms.BaseForm):
            found.append(form)
    return found


def filled(form: Any, world: World) -> tuple[dict[str, Any], list[str]]:
    """Data for ``form`` with a foreign row in every chooser, and the names of those choosers."""
    data: dict[str, Any] = {}
    foreign = []
    for name, each in form.fields.items():
        key = form.add_prefix(name)
        if isinstance(each, forms.ModelChoiceField):
            rows: Any = each.queryset
            data[key] = world.row(rows.model, world.foreign).pk
            foreign.append(name)
        elif isinstance(each, forms.ChoiceField):
            choices: Any = each.choices
            values = [value for value, label in choices if value and isinstance(label, str)]
            data[key] = form.get_initial_for_field(each, name) or (values[0] if values else "")
        elif isinstance(each, forms.BooleanField):
            data[key] = "on"
        else:
            initial = form.get_initial_for_field(each, name)
            data[key] = "Something" if initial in (None, "") else initial
    return data, foreign
