"""A campaign in a browser: written, checked, sent and watched; and who may only look on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connections
from django.utils import timezone

from accounts.roles import Role
from consent.models import ConsentState
from sending.dispatch.tick import beat
from sending.models import Campaign, Message, SenderNumber
from tests.cast import Cast, contact
from tests.sending.campaigns.makers import audience, draft
from tests.sending.dispatch.makers import connect
from tests.simulator import Simulator

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.browser
LIST = "/admin/sending/campaign/"


@contextmanager
def worker() -> Iterator[None]:
    """What a worker does every second, in a thread with connections of its own."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.2):
            beat(seconds=1)
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(20)


def _figures(page: Page) -> dict[str, str]:
    """The figures on the page, by the word beside each."""
    found = page.locator("#live .tg-figures > div")
    pairs = [found.nth(index) for index in range(found.count())]
    return {
        pair.locator("dt").inner_text(): pair.locator("dd").first.inner_text() for pair in pairs
    }


def test_a_coordinator_writes_checks_sends_and_watches_a_campaign(
    cast: Cast, page: Page, log_in: Callable[..., None], simulator: Simulator
) -> None:
    connect(cast, simulator)
    SenderNumber.objects.update(rate=5, next_slot_at=timezone.now())
    people = audience(cast, 30)
    ConsentState.objects.filter(contact__in=people[:4]).update(status="opted_out")
    contact(cast.acme, "+12395550900")
    log_in(cast.members[Role.COORDINATOR])
    page.goto(LIST)
    page.get_by_role("link", name="Write the first campaign").click()

    page.get_by_label("Name", exact=False).first.fill("Winter sale")
    text = page.locator("textarea[name=body]")
    text.press_sequentially("Hi ")
    page.get_by_role("button", name="First name", exact=True).click()
    text.press_sequentially(", our sale is on…")
    bubble = page.locator(".tg-bubble")
    page.wait_for_function("document.querySelector('.tg-bubble').innerText.includes('sale is on')")
    assert bubble.inner_text() == "Hi Maria, our sale is on…"
    count = page.locator("#count")
    assert "UCS-2" in count.inner_text()
    assert "write ..." in count.inner_text()
    text.press("Backspace")
    text.press_sequentially("... ")
    count.get_by_text("GSM-7", exact=True).wait_for()
    text.press_sequentially("{{ nick")
    count.get_by_text("Line 1, character").wait_for()
    for _ in range(7):
        text.press("Backspace")
    page.get_by_label("Every contact of the workspace").check()
    page.get_by_role("button", name="Continue to preflight").click()

    page.wait_for_url("**/preflight/")
    verdicts = page.locator("#report tbody tr")
    shown = {
        verdicts.nth(index).get_attribute("data-code"): verdicts.nth(index).inner_text()
        for index in range(verdicts.count())
    }
    assert list(shown) == ["allowed", "opted_out", "no_consent"]
    assert "26" in shown["allowed"]
    assert "4" in shown["opted_out"]
    assert "+12395550900" in shown["no_consent"]
    assert not Message.objects.exists()
    assert simulator.accepted() == []
    page.get_by_role("button", name="Send now").click()

    page.wait_for_url("**/progress/")
    with worker():
        page.locator("#live").get_by_text("per second").wait_for(timeout=15_000)
        page.get_by_text("Why some were skipped").wait_for(timeout=20_000)
    figures = _figures(page)
    assert (figures["Went"], figures["Skipped"], figures["Audience"]) == ("26", "5", "31")
    assert "Opted out." in page.locator("#content").inner_text()
    numbers = sorted(entry.to for entry in simulator.accepted())
    assert numbers == sorted(person.number for person in people[4:])
    page.get_by_role("link", name="Each message, its state and its reason").click()
    page.get_by_text("31 messages").first.wait_for()


def test_pause_stops_the_sending_and_cancel_ends_it_after_a_question(
    cast: Cast, page: Page, log_in: Callable[..., None], simulator: Simulator
) -> None:
    connect(cast, simulator)
    SenderNumber.objects.update(rate=5, next_slot_at=timezone.now())
    audience(cast, 60)
    campaign = draft(cast)
    log_in(cast.members[Role.COORDINATOR])
    page.goto(f"{LIST}{campaign.pk}/preflight/")
    page.get_by_role("button", name="Send now").click()
    with worker():
        page.locator("#live").get_by_text("per second").wait_for(timeout=15_000)
        page.get_by_role("button", name="Pause").click()
        page.get_by_role("button", name="Resume").wait_for()
        time.sleep(1)
        went = len(simulator.accepted())
        assert 0 < went < 60
        time.sleep(1.5)
        assert len(simulator.accepted()) == went
        page.get_by_role("link", name="Cancel campaign").click()
        question = page.locator("#content").inner_text()
        assert f"{went} messages went" in question or "One message went" in question
        assert f"{60 - went} more will not go." in question
        page.get_by_role("button", name="Cancel campaign").click()
        page.get_by_text(f"Cancelled. {went} went, {60 - went} did not.").wait_for()
        time.sleep(1)
    assert len(simulator.accepted()) == went
    assert Message.objects.filter(status="cancelled").count() == 60 - went


def test_a_time_is_chosen_on_the_readers_own_clock(
    cast: Cast, browser: Browser, live_server: LiveServer, page: Page, log_in: Callable[..., None]
) -> None:
    audience(cast, 2)
    campaign = draft(cast)
    log_in(cast.members[Role.COORDINATOR])
    context = browser.new_context(base_url=live_server.url, timezone_id="Europe/Berlin")
    context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    there = context.new_page()
    there.goto(f"{LIST}{campaign.pk}/preflight/")
    assert "Europe/Berlin" in there.locator("#report").inner_text()
    day = timezone.now().date() + timedelta(days=400)
    there.locator("#at").fill(f"{day}T10:00")
    there.get_by_role("button", name="Schedule").click()
    there.wait_for_url("**/progress/")
    assert "10:00 AM GMT+" in there.locator("#live").inner_text()
    context.close()
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.SCHEDULED
    assert campaign.scheduled_at is not None
    assert campaign.scheduled_at.hour in (8, 9)  # 10 o'clock in Berlin, summer or winter


def test_an_analyst_looks_on(cast: Cast, page: Page, log_in: Callable[..., None]) -> None:
    audience(cast, 2)
    campaign = draft(cast)
    log_in(cast.members[Role.ANALYST])
    page.goto(LIST)
    assert page.locator(f"a[href$='{LIST}add/']").count() == 0
    page.get_by_role("link", name="Spring sale").click()
    page.wait_for_url("**/progress/")
    assert page.get_by_role("button", name="Send me a preview").count() == 0
    page.goto(f"{LIST}{campaign.pk}/preflight/")
    assert "+12395550000" in page.locator("#report").inner_text()
    assert page.get_by_role("button", name="Send now").count() == 0
    response = page.goto(f"{LIST}add/")
    assert response is not None
    assert response.status == 403
    page.goto(f"{LIST}{campaign.pk}/cancel/")
    assert "Campaign coordinator" in page.locator("body").inner_text()


def test_it_all_works_without_javascript(
    cast: Cast, browser: Browser, live_server: LiveServer, page: Page, log_in: Callable[..., None]
) -> None:
    audience(cast, 2)
    log_in(cast.members[Role.COORDINATOR])
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    plain = context.new_page()
    plain.goto(f"{LIST}add/")
    plain.locator("input[name=name]").fill("Plain")
    plain.locator("textarea[name=body]").fill("Hi {{ nick }}")
    plain.locator("button[value=preflight]").click()
    assert "There is no variable nick" in plain.locator("#content").inner_text()
    plain.locator("textarea[name=body]").fill("Hi {{ first_name }}")
    plain.locator("button[value=preflight]").click()
    assert "Hi Maria" in plain.locator("#content").inner_text()
    plain.locator("button", has_text="Send now").click()
    assert Campaign.objects.get().status == Campaign.Status.SENDING
    context.close()
