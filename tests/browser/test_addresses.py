"""What the pages load is there: no request of a page is answered with an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from accounts.roles import Role
from tests.cast import Cast
from tests.world import populate

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGES = (
    "/admin/",
    "/admin/sending/campaign/",
    "/admin/sending/campaign/add/",
    "/admin/sending/message/",
    "/admin/consent/contact/",
    "/admin/consent/importjob/",
    "/admin/consent/importjob/add/",
    "/admin/settings/sms/",
    "/admin/settings/sms/state-law/",
    "/admin/settings/sms/smart-sending/",
    "/admin/accounts/membership/",
    "/admin/accounts/journalentry/",
    "/admin/explain/",
)


@pytest.mark.browser
def test_nothing_that_a_page_asks_for_is_missing(
    cast: Cast, page: Page, log_in: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    """The server's log tells of every address, the icon too, of which the page hears nothing."""
    populate(cast)
    page.goto("/admin/login/")
    assert page.locator("link[rel=icon]").count() == 1
    log_in(cast.members[Role.OWNER])
    for address in PAGES:
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok, address
        page.wait_for_load_state("networkidle")
        assert page.locator("link[rel=icon]").count() == 1
        for note in page.locator(".tg-note:visible").all():
            # The box with its icon, wherever it stands; another sheet once made it a small word.
            assert note.evaluate("element => getComputedStyle(element).display") == "flex"
    assert [record.getMessage() for record in caplog.records] == []
