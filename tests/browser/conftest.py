"""A real Chromium against a live server; skipped where none is installed.

    @pytest.mark.browser
    def test_x(cast, page, log_in): log_in(cast.members[Role.OWNER]); page.goto("/admin/")

``cast`` is committed here, because the server reads it over a connection of its own. The login form
costs a second, so ``log_in`` puts a session into the browser; ``log_in(user, form=True)`` types.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from accounts.models import User
from tests.cast import PASSWORD, Cast

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


# Per module: Playwright keeps an event loop running in this thread, and as long as it does, no test
# of another module could run one of its own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}; name one in CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return Cast.assemble()


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A page of 1440x900 on the live server; addresses are relative. A script error fails."""
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 1440, "height": 900}, locale="en-US"
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors


@pytest.fixture
def log_in(page: Page, live_server: LiveServer) -> Callable[..., None]:
    """``log_in(user)`` makes the browser that user's; ``form=True`` uses the log-in page."""

    def log_in(user: User, *, form: bool = False) -> None:
        if form:
            page.goto("/admin/login/")
            page.get_by_label("E-mail address").fill(user.email)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Log in").click()
            page.wait_for_url("**/admin/")
            return
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        name, value = settings.SESSION_COOKIE_NAME, str(session.session_key)
        page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        page.goto("/admin/")

    return log_in
