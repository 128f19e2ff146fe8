"""The carrier's page in a real browser: as a phone shows it, with and without a script."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from sending.carriers.outcome import Accepted, Outgoing
from sending.carriers.twilio import CarrierClient
from tests.simulator import AUTH_TOKEN, Simulator

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser


def send(simulator: Simulator, to: str, body: str) -> None:
    async def run() -> None:
        async with CarrierClient(
            api_url=simulator.url, account_sid="AC" + "a" * 32, auth_token=AUTH_TOKEN
        ) as client:
            message = Outgoing(
                message_id=1,
                to=to,
                sender="+18885550100",
                body=body,
                status_callback="http://127.0.0.1:9/",
            )
            assert isinstance(await client.send(message), Accepted)

    asyncio.new_event_loop().run_until_complete(run())


class Watched:
    """A page whose every error and every request elsewhere is kept."""

    def __init__(self, context: BrowserContext, simulator: Simulator) -> None:
        self.page: Page = context.new_page()
        self.troubles: list[str] = []
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("console", lambda message: self.troubles.append(message.text))
        self.page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((simulator.url, "data:"))
                else self.troubles.append(request.url)
            ),
        )
        self.page.goto(simulator.url + "/simulator/")


@pytest.fixture(params=[(1440, 900), (390, 844)], ids=["desktop", "phone"])
def watched(
    browser: Browser, simulator: Simulator, request: pytest.FixtureRequest
) -> Iterator[Watched]:
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height})
    watched = Watched(context, simulator)
    yield watched
    context.close()
    assert watched.troubles == []


def in_thread(simulator: Simulator, to: str, body: str) -> None:
    """The browser's loop runs in this thread already."""
    thread = threading.Thread(target=send, args=(simulator, to, body))
    thread.start()
    thread.join()


def test_a_new_message_appears_by_itself_and_its_script_does_not_run(
    watched: Watched, simulator: Simulator
) -> None:
    page = watched.page
    assert page.get_by_text("No message yet").is_visible()
    body = "Acme: <img src=x onerror=alert(1)><script>alert(2)</script> hello"
    in_thread(simulator, "+12395550123", body)
    page.get_by_role("link", name="+12395550123").click()
    page.locator(".bubble").first.wait_for()
    assert page.locator(".bubble").inner_text() == body
    overflow = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(overflow)


def test_faults_are_set_on_the_page(watched: Watched, simulator: Simulator) -> None:
    page = watched.page
    page.get_by_label("Seconds between").fill("0.5")
    page.get_by_label("Numbers that contain").fill("^\\+1305")
    page.get_by_role("button", name="Apply").click()
    assert page.get_by_text("Faults on.").is_visible()
    faults = simulator.state()["faults"]
    assert (faults["callback_delay"], faults["refuse_pattern"]) == (0.5, "^\\+1305")
    page.get_by_role("button", name="No faults").click()
    assert simulator.state()["faults"]["refuse_pattern"] == ""


def test_without_a_script_it_is_a_plain_page(browser: Browser, simulator: Simulator) -> None:
    in_thread(simulator, "+12395550123", "Acme: hello")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(simulator.url + "/simulator/")
    page.get_by_role("link", name="+12395550123").click()
    assert page.locator(".bubble").inner_text() == "Acme: hello"
    in_thread(simulator, "+12395550123", "Acme: again")
    page.get_by_role("link", name="Refresh").click()
    assert page.locator(".bubble").count() == 2
    context.close()
