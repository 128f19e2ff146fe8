"""Every route of the project, and how its address is filled in; for the crawl in `test_routes`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.admin import site
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from django.utils.regex_helper import normalize

from accounts import scope
from accounts.models import User, Workspace

_PLACE = re.compile(r"<(?:[^>:]+:)?(\w+)>")


@dataclass(frozen=True)
class Route:
    """``template`` has ``%(name)s`` where a value goes; ``model`` is its admin class's, if any."""

    name: str
    template: str
    names: tuple[str, ...]
    view: Callable[..., Any]

    @property
    def model(self) -> type[Model] | None:
        admin = getattr(self.view, "model_admin", None)
        return admin.model if admin else None

    def address(self, world: World, workspace: Workspace) -> str:
        values = {name: world.value(self, name, workspace) for name in self.names}
        return "/" + self.template % values

    def __str__(self) -> str:
        return f"{self.name or '(no name)'} /{self.template}"


def every_route() -> list[Route]:
    return list(_walk(get_resolver().url_patterns, "", "", ()))


def _walk(
    patterns: list[Any], prefix: str, namespace: str, names: tuple[str, ...]
) -> Iterator[Route]:
    for entry in patterns:
        template, found = _template(entry.pattern)
        here, inside = prefix + template, names + found
        if isinstance(entry, URLResolver):
            space = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry.url_patterns, here, space, inside)
        elif isinstance(entry, URLPattern):
            name = f"{namespace}{entry.name}" if entry.name else ""
            yield Route(name, here, inside, entry.callback)


def _template(pattern: Any) -> tuple[str, tuple[str, ...]]:
    if isinstance(pattern, RoutePattern):
        text = str(pattern)
        return _PLACE.sub(r"%(\1)s", text), tuple(_PLACE.findall(text))
    text, names = normalize(pattern.regex.pattern)[0]
    return text, tuple(names)


class World:
    """What the crawl knows of the database: for each workspace a row of every kind."""

    def __init__(self, own: Workspace, foreign: Workspace) -> None:
        self.own, self.foreign = own, foreign

    def row(self, model: type[Model], workspace: Workspace) -> Model:
        """A row of ``model`` in ``workspace``; of no workspace where the model is shared."""
        if model is User:
            found: Any = workspace.members.filter(memberships__role="analyst").first()
        else:
            rows = scope.narrow(model._default_manager.all(), workspace.pk)
            found = rows.order_by("pk").last()
        if found is None:
            pytest.fail(f"No {model._meta.label} in {workspace.slug}: make one in tests/world.py.")
        return found  # type: ignore[no-any-return]

    def value(self, route: Route, name: str, workspace: Workspace) -> object:
        """What stands for ``name`` in the address of ``route``."""
        if name in ("object_id", "pk") and route.model is not None:
            return self.row(route.model, workspace).pk
        if name in FIXED:
            return FIXED[name]
        if name in MODELS:
            from django.apps import apps

            return self.row(apps.get_model(MODELS[name]), workspace).pk
        pytest.fail(
            f"{route}: nobody said what {name!r} stands for. Add it to MODELS (a row's id) or "
            "FIXED (a word) in tests/routes.py."
        )


# Values of an address that are the id of a row, and of which model.
MODELS = {
    # Django's page for another's password, which it gives no admin class.
    "id": "accounts.User",
    "account": "sending.CarrierAccount",
    "account_id": "sending.CarrierAccount",
    "campaign_id": "sending.Campaign",
    "contact_id": "consent.Contact",
    "job_id": "consent.ImportJob",
    "law_id": "sending.FrequencyLaw",
    "message": "sending.Message",
    "message_id": "sending.Message",
    "purpose_id": "consent.Purpose",
    "sender_id": "sending.SenderNumber",
}
# Values that are words; the same for everyone.
FIXED = {
    "app_label": "accounts",
    "to": "off",
    "token": "set-password",
    "uidb64": "MQ",
    "url": "no/such/page/",
}

# Routes that no guard of ours stands before, and why that is right.
PUBLIC = {
    "home": "only redirects to the dashboard, which asks to log in",
    "admin:login": "where one logs in",
    "admin:logout": "ends a session, if there is one; POST only",
    "admin:admin_password_reset": "whoever lost a password is not logged in",
    "admin:password_link_sent": "a fixed text",
    "admin:set_password": "the token in the address is the guard",
    "admin:password_set": "a fixed text",
    "set_language": "a cookie of the visitor's own; POST only",
    "carrier-call": "the carrier's signature is the guard; see the tests of forwarding",
    "carrier-call-status": "the carrier's signature is the guard; see the tests of forwarding",
    "carrier-status": "the carrier's signature is the guard; see the tests of webhooks",
}
# Pages of the site that show nothing of any workspace but what the role table lets through.
SITE = {
    "admin:index",
    "admin:search",
    "admin:password_change",
    "admin:password_change_done",
    "admin:autocomplete",
    "admin:jsi18n",
    "admin:app_list",
    "admin:auth_user_password_change",
}
# Pages that Django gives every admin class; their permissions are the class's. Those of
# import-export are open to all unless guarded, so they are not among them.
STANDARD = ("_changelist", "_add", "_change", "_delete", "_history")


def guard_of(route: Route) -> str | None:
    """What stands before ``route``: the reason it is public, its capability, or its admin class."""
    from accounts.scoping import WorkspaceModelAdmin

    if route.name in PUBLIC:
        return PUBLIC[route.name]
    if hasattr(route.view, "guarded_by"):
        return str(route.view.guarded_by)
    if route.name in SITE or route.names == ("url",):
        return "the site"
    admin = getattr(route.view, "model_admin", None)
    usual = route.name.endswith(STANDARD) or not route.name
    return type(admin).__name__ if usual and isinstance(admin, WorkspaceModelAdmin) else None


def admins() -> list[Any]:
    return [site._registry[model] for model in site._registry]
