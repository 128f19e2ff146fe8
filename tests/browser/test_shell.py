"""The shell in a browser: logging in, and switching the workspace by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from accounts.models import Membership
from accounts.roles import Role
from tests.cast import PASSWORD, Cast

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("role", [Role.ANALYST, Role.OWNER])
def test_a_member_logs_in_and_sees_the_ways_that_are_open_to_them(
    cast: Cast, page: Page, log_in: Callable[..., None], role: Role
) -> None:
    log_in(cast.members[role], form=True)
    account = page.locator("#account-menu")
    assert account.locator(".tg-account-workspace").inner_text() == "Acme Outfitters"
    assert account.locator(".tg-account-user").inner_text() == f"Acme {role.label}"
    page.locator("#nav-sidebar").get_by_role("link", name="Members", exact=True).click()
    page.wait_for_url("**/membership/")
    invites = page.get_by_role("link", name="Add a member")
    assert invites.count() == (1 if role == Role.OWNER else 0)


def test_the_workspace_is_switched_by_keyboard(
    cast: Cast, page: Page, log_in: Callable[..., None]
) -> None:
    analyst = cast.members[Role.ANALYST]
    Membership.objects.create(workspace=cast.rival, user=analyst, role=Role.MANAGER)
    log_in(analyst)
    page.locator("#account-menu > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.innerText")
    assert focused.strip() == "Rival Goods"
    page.keyboard.press("Enter")
    page.get_by_text("You now work in Rival Goods.").wait_for()
    assert page.locator(".tg-account-workspace").inner_text() == "Rival Goods"


def test_the_first_tab_offers_a_way_past_the_sidebar(
    cast: Cast, page: Page, log_in: Callable[..., None]
) -> None:
    log_in(cast.members[Role.ANALYST])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to the content"


@pytest.mark.parametrize("width", [1440, 390])
def test_the_sidebar_opens_and_closes_by_keyboard(
    cast: Cast, page: Page, log_in: Callable[..., None], width: int
) -> None:
    log_in(cast.members[Role.ANALYST])
    page.set_viewport_size({"width": width, "height": 844})
    sidebar = page.locator("#nav-sidebar")
    was = sidebar.is_visible()
    assert was == (width == 1440)
    toggle = page.get_by_role("button", name="Show or hide the sidebar")
    toggle.press("Enter")
    sidebar.wait_for(state="hidden" if was else "visible")
    if width == 390:
        page.get_by_role("button", name="Close the sidebar").press("Enter")
    else:
        toggle.press("Enter")
    sidebar.wait_for(state="visible" if was else "hidden")


def test_without_javascript_one_can_log_in_and_switch(
    cast: Cast, browser: Browser, live_server: LiveServer
) -> None:
    analyst = cast.members[Role.ANALYST]
    Membership.objects.create(workspace=cast.rival, user=analyst, role=Role.MANAGER)
    context = browser.new_context(
        base_url=live_server.url,
        java_script_enabled=False,
        viewport={"width": 1440, "height": 900},
    )
    page = context.new_page()
    page.goto("/admin/login/")
    page.get_by_label("E-mail address").fill(analyst.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.locator("#account-menu > summary").click()
    page.get_by_role("button", name="Rival Goods").click()
    assert page.locator(".tg-account-workspace").inner_text() == "Rival Goods"
    context.close()
