"""A crawl of every route as everyone: nothing of another workspace is seen, and nothing changes.

A new route is crawled without a word here. It fails when nothing guards it, or when a value of its
address is unknown; the failure says what to add to `tests/routes.py` or `tests/world.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin import site
from django.db import transaction
from unfold.admin import ModelAdmin, TabularInline

from accounts.models import Membership, User, Workspace
from accounts.roles import Capability, Role, may
from accounts.scoping import (
    WorkspaceModelAdmin,
    WorkspaceStackedInline,
    WorkspaceTabularInline,
)
from tests.cast import Cast
from tests.crawl import Crawl, filled, forms_of, model, relations
from tests.routes import PUBLIC, Route, World, admins, every_route, guard_of
from tests.world import crossings, fingerprint_of, populate

pytestmark = pytest.mark.django_db
REFUSALS = {302, 403, 404, 405}
EVERY_METHOD = ("get", "post", "head", "put", "patch", "delete")


@pytest.fixture
def world(cast: Cast, settings: Any, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path
    return populate(cast)


# --- guards ----------------------------------------------------------------------------------


def test_every_route_has_a_guard_or_a_reason_to_be_public() -> None:
    bare = [str(route) for route in every_route() if guard_of(route) is None]
    assert not bare, (
        "Guard them with accounts.guard.requires or self.page of accounts.scoping, or give the "
        f"reason in PUBLIC of tests/routes.py: {bare}"
    )


def test_the_list_of_public_routes_names_only_routes() -> None:
    assert set(PUBLIC) <= {route.name for route in every_route()}


def _unscoped(classes: list[Any]) -> list[str]:
    """The admin classes and inlines that do not stand on the scoping base."""
    inlines = [inline for admin in classes for inline in admin.inlines]
    scoped = (WorkspaceTabularInline, WorkspaceStackedInline)
    return [
        *(type(admin).__name__ for admin in classes if not isinstance(admin, WorkspaceModelAdmin)),
        *(inline.__name__ for inline in inlines if not issubclass(inline, scoped)),
    ]


def test_every_admin_class_and_inline_is_scoped() -> None:
    assert not _unscoped(admins())


def test_an_admin_class_or_inline_that_is_not_scoped_would_be_named() -> None:
    class BareInline(TabularInline):
        model = Membership
        # What a look at the attribute alone would take for scoped.
        workspace_lookup = "workspace"

    class GoodInline(WorkspaceTabularInline):
        model = Membership

    class Scoped(WorkspaceModelAdmin):
        inlines = (BareInline, GoodInline)

    bare = ModelAdmin(Workspace, site)
    assert _unscoped([bare, Scoped(Membership, site)]) == ["ModelAdmin", "BareInline"]


# --- the crawl -------------------------------------------------------------------------------


def test_nobody_and_strangers_get_in_nowhere(world: World) -> None:
    stranger = User.objects.create_user("stranger@nowhere.example", "x")
    for user in (None, stranger):
        crawl = Crawl(world, user)
        for route in every_route():
            if route.name in PUBLIC:
                continue
            for method in ("get", "post"):
                address = route.address(world, world.own)
                answer = crawl.ask(route, method, address, statuses=REFUSALS)
                if user is None and answer is not None and answer.status_code not in (302, 405):
                    crawl.wrong.append(f"{route} answers {answer.status_code} to nobody")
        crawl.finish()


@pytest.mark.parametrize("role", Role)
def test_members_reach_no_row_of_another_workspace(cast: Cast, world: World, role: Role) -> None:
    crawl = Crawl(world, cast.members[role])
    methods = EVERY_METHOD if role == Role.OWNER else ("get", "post")
    for route in _with_rows(world):
        for method in methods:
            crawl.ask(route, method, route.address(world, world.foreign), statuses=REFUSALS)
    crawl.finish()


@pytest.mark.parametrize("role", Role)
def test_members_reading_their_own_see_nothing_foreign_and_change_nothing(
    cast: Cast, world: World, role: Role
) -> None:
    crawl = Crawl(world, cast.members[role])
    for route in every_route():
        crawl.ask(route, "get", route.address(world, world.own))
    crawl.finish()


def test_an_empty_post_of_ones_own_changes_nothing_of_others(cast: Cast, world: World) -> None:
    crawl = Crawl(world, cast.members[Role.OWNER])
    for route in every_route():
        crawl.ask(route, "post", route.address(world, world.own), unchanged=world.foreign)
    crawl.finish()


def test_staff_who_are_no_superusers_change_nothing_anywhere(cast: Cast, world: World) -> None:
    crawl = Crawl(world, cast.clerk)
    for route in every_route():
        for workspace in (world.own, world.foreign):
            for method in ("get", "post"):
                crawl.ask(route, method, route.address(world, workspace), blind=False)
    crawl.finish()


def test_a_superuser_gets_no_error_anywhere(cast: Cast, world: World) -> None:
    crawl = Crawl(world, cast.staff)
    for route in every_route():
        for workspace in (world.own, world.foreign):
            address = route.address(world, workspace)
            crawl.ask(route, "get", address, blind=False)
            crawl.ask(route, "post", address, blind=False, unchanged=False)
    crawl.finish()


@pytest.mark.parametrize("role", Role)
def test_the_guard_of_each_page_asks_the_table_of_roles(
    cast: Cast, world: World, role: Role
) -> None:
    crawl = Crawl(world, cast.members[role])
    for route in every_route():
        capability = getattr(route.view, "guarded_by", None)
        if not isinstance(capability, Capability):
            continue
        for method in ("get", "post"):
            answer = crawl.ask(route, method, route.address(world, world.own), unchanged=False)
            if answer is None or answer.status_code == 405:
                continue
            if not may(role, capability) and answer.status_code != 403:
                crawl.wrong.append(f"{role} {method} {route}: {answer.status_code}, not 403")
            # A page to read may ask for more when it is posted to.
            if may(role, capability) and answer.status_code == 403 and method == "get":
                crawl.wrong.append(f"{role} {method} {route}: 403, though {capability} is theirs")
    crawl.finish()


# --- what goes beside the address ------------------------------------------------------------


def test_foreign_ids_in_filters_searches_and_forms_show_nothing(cast: Cast, world: World) -> None:
    crawl = Crawl(world, cast.members[Role.OWNER])
    for admin in admins():
        base = f"/admin/{admin.opts.app_label}/{admin.opts.model_name}/"
        queries: list[dict[str, Any]] = [
            {"q": "zq"},
            {"q": "rival"},
            {"_popup": 1},
            {"_to_field": "id"},
        ]
        prefill = {}
        for relation in relations(admin.model):
            foreign = world.row(relation.related_model, world.foreign).pk
            queries += [{f"{relation.name}__id__exact": foreign}, {relation.name: foreign}]
            prefill[relation.name] = foreign
        for query in queries:
            crawl.ask(f"list of {admin.opts.label}", "get", base, query)
        crawl.ask(f"add {admin.opts.label}", "get", f"{base}add/", {**prefill, "_popup": 1})
    crawl.finish()


def test_autocomplete_offers_nothing_foreign(cast: Cast, world: World) -> None:
    crawl = Crawl(world, cast.members[Role.OWNER])
    for admin in admins():
        for relation in relations(admin.model):
            for term in ("", "zq", "rival", "+1"):
                query = {
                    "app_label": admin.opts.app_label,
                    "model_name": admin.opts.model_name,
                    "field_name": relation.name,
                    "term": term,
                }
                crawl.ask("autocomplete", "get", "/admin/autocomplete/", query)
    crawl.finish()


def test_actions_on_foreign_rows_do_nothing(cast: Cast, world: World) -> None:
    for user, blind in ((cast.members[Role.OWNER], True), (cast.clerk, False)):
        crawl = Crawl(world, user)
        for admin in admins():
            base = f"/admin/{admin.opts.app_label}/{admin.opts.model_name}/"
            foreign = world.row(admin.model, world.foreign)
            for action in (
                "delete_selected",
                *(str(getattr(a, "__name__", a)) for a in admin.actions or ()),
            ):
                for across in ("0", "1"):
                    data = {
                        "action": action,
                        "_selected_action": [foreign.pk],
                        "select_across": across,
                        "index": 0,
                        "post": "yes",
                    }
                    shielded = True if across == "0" else world.foreign
                    crawl.ask(
                        f"{action} of {admin.opts.label}",
                        "post",
                        base,
                        data,
                        unchanged=shielded,
                        blind=blind,
                    )
        crawl.finish()


def test_a_form_filled_in_with_foreign_rows_is_refused(cast: Cast, world: World) -> None:
    crawl = Crawl(world, cast.members[Role.OWNER])
    tried = 0
    for route in every_route():
        address = route.address(world, world.own)
        answer = crawl.client.get(address)
        for form in forms_of(answer):
            data, foreign = filled(form, world)
            if not foreign:
                continue
            tried += 1
            with transaction.atomic():
                before = fingerprint_of(world.foreign)
                crawl.client.post(address, data)
                if found := crossings():
                    crawl.wrong.append(f"POST {address} with foreign {foreign} made {found}")
                if fingerprint_of(world.foreign) != before:
                    crawl.wrong.append(f"POST {address} with foreign {foreign} changed the rival")
                transaction.set_rollback(True)
    crawl.finish()
    assert tried, "no page with a chooser was found, so this proves nothing"


def test_the_world_itself_has_no_crossings_and_they_would_be_found(world: World) -> None:
    assert crossings() == []
    campaign: Any = world.row(model("sending.Campaign"), world.own)
    campaign.purpose = world.row(model("consent.Purpose"), world.foreign)
    campaign.save()
    assert crossings() == ["sending.Campaign.purpose"]


def _with_rows(world: World) -> list[Route]:
    """The routes whose address differs between the two workspaces."""
    return [
        route
        for route in every_route()
        if route.names and route.address(world, world.own) != route.address(world, world.foreign)
    ]
