"""The carrier's page in a real browser: as a phone shows it, with and without a script."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from sending.carriers.outcome import Accepted, Outgoing
from sending.carriers.twilio import CarrierClient
from tests.sending.carriers.answering import Webhook
from tests.simulator import AUTH_TOKEN, Simulator

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser
OWN = "+18885550100"
DESTINATION = "+14155550142"


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


@pytest.fixture
def webhook(simulator: Simulator) -> Iterator[Webhook]:
    """It puts calls through to `DESTINATION`, once `OWN` is set to ask it (`forward`)."""
    webhook = Webhook()
    webhook.says(f'<Dial answerOnBridge="true"><Number>{DESTINATION}</Number></Dial>')
    yield webhook
    webhook.close()


def forward(simulator: Simulator, webhook: Webhook, number: str = OWN) -> None:
    simulator.set_voice(number, "AC" + "a" * 32, webhook.url + "/voice")


def test_a_call_is_placed_answered_on_the_other_phone_and_ended(
    watched: Watched, simulator: Simulator, webhook: Webhook
) -> None:
    page = watched.page
    assert page.get_by_text("Set up call forwarding first").is_visible()
    forward(simulator, webhook)
    page.get_by_label("Caller").fill("(239) 555-0123")
    page.get_by_role("button", name="Call", exact=True).click()
    standing = page.locator(".standing").first
    expect(standing).to_contain_text(f"Ringing at {DESTINATION}")
    page.locator("#calls").get_by_role("link", name=DESTINATION).click()
    screen = page.locator(".screen")
    expect(screen).to_contain_text("Call from +12395550123")
    answer = screen.get_by_role("button", name="Answer")
    answer.focus()
    page.keyboard.press("Enter")
    expect(screen).to_contain_text("Connected")
    # The button is gone; the focus goes to what can be done now, and stays there.
    hang_up = screen.get_by_role("button", name="Hang up")
    expect(hang_up).to_be_focused()
    expect(screen.locator(".clock")).to_have_text("0:02")
    expect(hang_up).to_be_focused()
    expect(page.get_by_role("status")).to_have_text(f"Call from +12395550123 to {OWN}: Connected")
    page.keyboard.press("Enter")
    expect(standing).to_contain_text("the destination hung up")
    expect(screen).not_to_contain_text("Call from")
    overflow = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(overflow)


def test_a_form_that_is_being_filled_in_stays_while_calls_go_on(
    watched: Watched, simulator: Simulator, webhook: Webhook
) -> None:
    forward(simulator, webhook)
    page = watched.page
    caller = page.get_by_label("Caller")
    caller.fill("+1512")
    page.get_by_role("searchbox").focus()
    forward(simulator, webhook, "+18885550101")
    simulator.place_call("anonymous", OWN)
    expect(page.locator(".standing")).to_contain_text("Ringing at")
    expect(page.locator(".clock").first).to_have_text("0:03")
    expect(caller).to_have_value("+1512")
    caller.fill("")
    page.get_by_role("searchbox").focus()
    expect(page.get_by_label("To").locator("option")).to_have_count(2)


def test_a_caller_that_is_no_number_is_said_beside_the_field(
    watched: Watched, simulator: Simulator, webhook: Webhook
) -> None:
    forward(simulator, webhook)
    page = watched.page
    caller = page.get_by_label("Caller")
    caller.fill("555-01")
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("The caller is no phone number: too short.")
    expect(caller).to_have_value("555-01")
    assert simulator.calls() == []


def test_without_a_script_calls_are_placed_answered_and_ended_all_the_same(
    browser: Browser, simulator: Simulator, webhook: Webhook
) -> None:
    forward(simulator, webhook)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{simulator.url}/simulator/?number=%2B12395550123")
    page.get_by_label("Caller").fill("+12395550123")
    page.get_by_role("button", name="Call", exact=True).click()
    page.get_by_role("link", name="Refresh").click()
    calls, screen = page.locator("#calls"), page.locator(".screen")
    calls.get_by_role("button", name="Answer").click()
    assert calls.locator(".standing").inner_text().startswith("Connected")
    # It is still the caller's phone that is shown.
    assert "Calling" in screen.inner_text()
    screen.get_by_role("button", name="Hang up").click()
    assert "the caller hung up" in calls.locator(".standing").inner_text()
    assert simulator.calls()[0]["state"] == "ended"
    context.close()


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
