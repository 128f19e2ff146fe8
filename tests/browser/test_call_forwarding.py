"""Call forwarding in a browser: by keyboard alone, by two at once, on a phone, without a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from django.contrib.sessions.models import Session

from accounts.models import JournalEntry
from accounts.roles import Role
from forwarding import rules
from forwarding.models import ForwardingRule
from sending.models import SenderNumber
from tests.browser.barriers import axe_core, barriers
from tests.cast import Cast
from tests.forwarding.conftest import quiet_broker

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, ViewportSize
    from pytest_django.live_server_helper import LiveServer

__all__ = ["quiet_broker"]

pytestmark = pytest.mark.browser

PREFERENCES = "/admin/settings/sms/"
OFFICE, HOME = "+14155550123", "+12125550145"
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}
LogIn = Callable[..., None]


def destination_now(sender: SenderNumber) -> str:
    rule = ForwardingRule.objects.filter(sender=sender).first()
    return rule.destination if rule else ""


def set_up(cast: Cast, by: Role = Role.OWNER, text: str = OFFICE) -> ForwardingRule:
    rule, _ = rules.save(sender=cast.sender, text=text, seen="", actor=cast.members[by])
    return rule


def row(page: Page, sender: SenderNumber) -> Locator:
    return page.locator(f"#call-forwarding-{sender.pk}")


def dialog(page: Page) -> Locator:
    return page.locator("#call-forwarding-dialog")


def field(page: Page) -> Locator:
    return page.get_by_label("Forwarding number")


def button(page: Page, sender: SenderNumber, name: str) -> Locator:
    return row(page, sender).locator("a", has_text=name)


def opened(page: Page, sender: SenderNumber, name: str) -> None:
    """Click a button of the row, and wait for the dialog."""
    button(page, sender, name).click()
    dialog(page).wait_for()


def focused(page: Page) -> str:
    """What a screen reader would call the focused element, with where it is."""
    name: str = page.evaluate(
        """() => {
            const it = document.activeElement;
            const label = it.labels && it.labels.length ? it.labels[0].innerText : "";
            const name = it.getAttribute("aria-label") || label || it.textContent.trim();
            const place = it.closest("dialog") ? "dialog" : it.closest("li[id]") ? "row" : "page";
            return `${place}: ${name.replace(/\\s+/g, " ")}`;
        }"""
    )
    return name


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the element called so has the focus."""
    for _ in range(120):
        if focused(page) == name:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab never comes to {name!r}; last at {focused(page)!r}")


def circle(page: Page, key: str, steps: int) -> list[str]:
    found = []
    for _ in range(steps):
        page.keyboard.press(key)
        found.append(focused(page))
    return found


def said(page: Page) -> str:
    """What the section tells whoever cannot see it change."""
    return page.locator("#call-forwarding-told[role=status]").inner_text()


@contextmanager
def second_person(
    browser: Browser, live_server: LiveServer, page: Page, log_in: LogIn, cast: Cast, role: Role
) -> Iterator[Page]:
    """A browser of their own for another member; ``page`` stays as it is."""
    own = page.context.cookies()
    log_in(cast.members[role])
    theirs = page.context.cookies()
    page.context.clear_cookies()
    page.context.add_cookies(own)  # type: ignore[arg-type]
    context = browser.new_context(base_url=live_server.url, viewport=DESK, locale="en-US")
    context.add_cookies(theirs)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


# --- by keyboard alone -------------------------------------------------------------------------


def test_set_up_edit_and_delete_by_keyboard_alone_without_a_reload(
    cast: Cast, page: Page, log_in: LogIn
) -> None:
    log_in(cast.members[Role.COORDINATOR])
    page.goto(PREFERENCES)
    page.evaluate("window.marker = 'still here'")
    number = "call forwarding of (888) 555-0100"

    tab_to(page, f"row: Set up {number}")
    page.keyboard.press("Enter")
    dialog(page).wait_for()
    assert focused(page) == "dialog: Forwarding number"
    page.keyboard.type("4155550123")
    assert field(page).input_value() == "(415) 555-0123"
    page.keyboard.press("Enter")
    dialog(page).wait_for(state="hidden")
    assert destination_now(cast.sender) == OFFICE
    assert said(page) == "Calls to (888) 555-0100 are now forwarded to (415) 555-0123."
    assert "(415) 555-0123" in row(page, cast.sender).inner_text()
    assert focused(page) == f"row: Edit {number}"

    page.keyboard.press("Enter")
    dialog(page).wait_for()
    assert focused(page) == "dialog: Forwarding number"
    assert field(page).input_value() == "(415) 555-0123"
    # It is selected, so typing replaces it.
    page.keyboard.type("2125550145")
    page.keyboard.press("Tab")
    assert focused(page) == "dialog: Save"
    page.keyboard.press("Enter")
    dialog(page).wait_for(state="hidden")
    assert destination_now(cast.sender) == HOME
    assert said(page) == "Calls to (888) 555-0100 now go to (212) 555-0145."
    assert focused(page) == f"row: Edit {number}"

    page.keyboard.press("Tab")
    assert focused(page) == f"row: Delete {number}"
    page.keyboard.press("Enter")
    dialog(page).wait_for()
    # The harmless one, for who pressed Enter twice.
    assert focused(page) == "dialog: Keep it"
    page.keyboard.press("Shift+Tab")
    assert focused(page) == "dialog: Delete"
    page.keyboard.press("Enter")
    dialog(page).wait_for(state="hidden")
    assert destination_now(cast.sender) == ""
    assert said(page) == "Calls to (888) 555-0100 are no longer forwarded."
    assert focused(page) == f"row: Set up {number}"

    assert page.evaluate("window.marker") == "still here"
    changes = JournalEntry.objects.order_by("id").values_list("old", "new")
    assert list(changes) == [("", OFFICE), (OFFICE, HOME), (HOME, "")]


def test_the_focus_stays_in_the_dialog_both_ways_round_and_escape_gives_it_back(
    cast: Cast, page: Page, log_in: LogIn
) -> None:
    set_up(cast)
    log_in(cast.members[Role.COORDINATOR])
    page.goto(PREFERENCES)
    number = "call forwarding of (888) 555-0100"
    forwards = ["dialog: Save", "dialog: Cancel", "dialog: Close", "dialog: Forwarding number"]

    tab_to(page, f"row: Edit {number}")
    page.keyboard.press("Enter")
    dialog(page).wait_for()
    assert circle(page, "Tab", 8) == forwards * 2
    backwards = [*reversed(forwards[:-1]), forwards[-1]]
    assert circle(page, "Shift+Tab", 8) == backwards * 2
    page.keyboard.press("Escape")
    dialog(page).wait_for(state="hidden")
    assert focused(page) == f"row: Edit {number}"

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    dialog(page).wait_for()
    forwards = ["dialog: Close", "dialog: Delete", "dialog: Keep it"]
    assert circle(page, "Tab", 6) == forwards * 2
    page.keyboard.press("Escape")
    dialog(page).wait_for(state="hidden")
    assert focused(page) == f"row: Delete {number}"
    assert destination_now(cast.sender) == OFFICE
    assert JournalEntry.objects.count() == 1


@pytest.mark.parametrize("name", ["Cancel", "Close"])
def test_closing_gives_the_focus_back_and_saves_nothing(
    cast: Cast, page: Page, log_in: LogIn, name: str
) -> None:
    log_in(cast.members[Role.COORDINATOR])
    page.goto(PREFERENCES)
    opened(page, cast.sender, "Set up")
    field(page).fill("(415) 555-0123")
    dialog(page).get_by_role("button", name=name).press("Enter")
    dialog(page).wait_for(state="hidden")
    assert focused(page).startswith("row: Set up")
    opened(page, cast.sender, "Set up")
    assert field(page).input_value() == ""
    assert destination_now(cast.sender) == ""


TYPED = [
    ("4155550123", "(415) 555-0123"),
    ("415", "415"),
    ("4155", "(415) 5"),
    ("415555", "(415) 555"),
    ("14155550123", "+1 (415) 555-0123"),
    ("+14155550123", "+1 (415) 555-0123"),
    ("415.555.0123", "(415) 555-0123"),
    # Left as it is: another country, an international prefix, a word, one digit too many.
    ("+442079460018", "+442079460018"),
    ("0114420794600", "0114420794600"),
    ("call me", "call me"),
]


def test_the_field_writes_a_number_as_americans_do_while_it_is_typed(
    cast: Cast, page: Page, log_in: LogIn
) -> None:
    log_in(cast.members[Role.COORDINATOR])
    page.goto(PREFERENCES)
    opened(page, cast.sender, "Set up")
    for keys, shown in TYPED:
        field(page).fill("")
        page.keyboard.type(keys)
        assert field(page).input_value() == shown


def test_the_caret_stays_where_one_types_in_the_middle_and_deleting_is_not_undone(
    cast: Cast, page: Page, log_in: LogIn
) -> None:
    log_in(cast.members[Role.COORDINATOR])
    page.goto(PREFERENCES)
    opened(page, cast.sender, "Set up")
    page.keyboard.type("455123")
    for _ in range(len("55) 123")):
        page.keyboard.press("ArrowLeft")
    page.keyboard.type("1")
    assert field(page).input_value() == "(415) 512-3"
    page.keyboard.type("55")
    # One after the other, each behind the one before.
    assert field(page).input_value() == "(415) 555-123"
    page.keyboard.press("End")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    page.keyboard.type("0")
    assert field(page).input_value() == "(415) 555-0123"
    assert field(page).evaluate("it => it.selectionStart") == len("(415) 555-0")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    assert field(page).input_value() == "(415) 555123"
    page.keyboard.type("0")
    assert field(page).input_value() == "(415) 555-0123"


# --- what goes wrong ---------------------------------------------------------------------------


def test_a_fault_is_said_beside_the_field_and_announced(
    cast: Cast, page: Page, log_in: LogIn
) -> None:
    log_in(cast.members[Role.COORDINATOR])
    page.goto(PREFERENCES)
    opened(page, cast.sender, "Set up")
    page.keyboard.type("4165550123")
    page.keyboard.press("Enter")
    error = dialog(page).get_by_role("alert")
    error.wait_for()
    assert error.inner_text().startswith("This is a Canadian number.")
    assert field(page).get_attribute("aria-invalid") == "true"
    described = (field(page).get_attribute("aria-describedby") or "").split()
    assert error.get_attribute("id") in described
    assert focused(page) == "dialog: Forwarding number"
    assert field(page).input_value() == "(416) 555-0123"
    assert destination_now(cast.sender) == ""
    assert JournalEntry.objects.count() == 0

    page.keyboard.type("4155550123")
    page.keyboard.press("Enter")
    dialog(page).wait_for(state="hidden")
    assert destination_now(cast.sender) == OFFICE


def test_the_second_of_two_sees_what_the_first_did_and_may_replace_it(
    cast: Cast, browser: Browser, live_server: LiveServer, page: Page, log_in: LogIn
) -> None:
    set_up(cast)
    log_in(cast.members[Role.COORDINATOR])
    with second_person(browser, live_server, page, log_in, cast, Role.MANAGER) as theirs:
        page.goto(PREFERENCES)
        opened(page, cast.sender, "Edit")
        theirs.goto(PREFERENCES)
        opened(theirs, cast.sender, "Edit")
        field(theirs).fill("(212) 555-0145")
        field(theirs).press("Enter")
        dialog(theirs).wait_for(state="hidden")

    field(page).fill("(787) 555-0167")
    field(page).press("Enter")
    warning = dialog(page).get_by_role("alert")
    warning.wait_for()
    assert "Acme Manager changed this meanwhile" in warning.inner_text()
    assert "calls now go to (212) 555-0145." in warning.inner_text()
    assert field(page).input_value() == "(787) 555-0167"
    assert destination_now(cast.sender) == HOME
    field(page).press("Enter")
    dialog(page).wait_for(state="hidden")
    assert destination_now(cast.sender) == "+17875550167"
    assert "changed by Acme Coordinator" in row(page, cast.sender).inner_text()


def test_what_somebody_else_deleted_meanwhile_is_shown_when_one_wants_to_delete_it(
    cast: Cast, page: Page, log_in: LogIn
) -> None:
    rule = set_up(cast)
    log_in(cast.members[Role.COORDINATOR])
    page.goto(PREFERENCES)
    rules.delete(sender=cast.sender, seen=rule.token, actor=cast.members[Role.OWNER])
    button(page, cast.sender, "Delete").click()
    page.get_by_role("status").get_by_text("Calls to (888) 555-0100 are not forwarded.").wait_for()
    assert row(page, cast.sender).get_by_text("Not set up").is_visible()
    assert not dialog(page).is_visible()


def test_a_number_released_meanwhile_says_so_in_the_dialog(
    cast: Cast, page: Page, log_in: LogIn
) -> None:
    log_in(cast.members[Role.COORDINATOR])
    page.goto(PREFERENCES)
    SenderNumber.objects.filter(pk=cast.sender.pk).update(verification="released")
    opened(page, cast.sender, "Set up")
    assert "This number has been released" in dialog(page).inner_text()
    assert dialog(page).get_by_role("button", name="Save").count() == 0
    page.keyboard.press("Enter")
    dialog(page).wait_for(state="hidden")


def test_an_analyst_reads_and_finds_no_button_and_no_way_round(
    cast: Cast, page: Page, log_in: LogIn
) -> None:
    set_up(cast)
    log_in(cast.members[Role.ANALYST])
    page.goto(PREFERENCES)
    section = page.locator("#call-forwarding")
    assert "(415) 555-0123" in section.inner_text()
    assert "one needs the role Owner, Admin, Manager or Campaign coordinator" in (
        section.inner_text()
    )
    assert section.locator("button").count() == 0
    assert section.locator("a").count() == 0
    answer = page.goto(f"{PREFERENCES}call-forwarding/{cast.sender.pk}/")
    assert answer is not None
    assert answer.status == 403
    assert "Campaign coordinator" in page.locator("#content").inner_text()
    assert "555" not in page.locator("body").inner_text()


def test_a_session_that_ended_while_the_dialog_was_open_leads_to_the_log_in(
    cast: Cast, page: Page, log_in: LogIn
) -> None:
    log_in(cast.members[Role.COORDINATOR])
    page.goto(PREFERENCES)
    opened(page, cast.sender, "Set up")
    Session.objects.all().delete()
    page.keyboard.type("4155550123")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/login/**")
    assert page.get_by_label("Password").is_visible()
    assert destination_now(cast.sender) == ""
    assert JournalEntry.objects.count() == 0


def test_a_session_that_ended_before_the_dialog_was_opened_leads_to_the_log_in(
    cast: Cast, page: Page, log_in: LogIn
) -> None:
    log_in(cast.members[Role.COORDINATOR])
    page.goto(PREFERENCES)
    Session.objects.all().delete()
    button(page, cast.sender, "Set up").click()
    page.wait_for_url("**/admin/login/**")


def test_no_log_in_page_appears_in_a_row_that_asks_again_by_itself(
    cast: Cast, page: Page, log_in: LogIn
) -> None:
    set_up(cast)
    log_in(cast.members[Role.COORDINATOR])
    page.goto(PREFERENCES)
    line = page.locator(f"#call-forwarding-carrier-{cast.sender.pk}")
    line.wait_for()
    Session.objects.all().delete()
    line.wait_for(state="detached", timeout=10_000)
    assert page.get_by_label("Password").count() == 0
    assert "(415) 555-0123" in row(page, cast.sender).inner_text()


def test_a_server_out_of_reach_is_said_and_what_was_typed_is_kept(
    cast: Cast, page: Page, log_in: LogIn
) -> None:
    log_in(cast.members[Role.COORDINATOR])
    page.goto(PREFERENCES)
    page.context.set_offline(True)
    button(page, cast.sender, "Set up").click()
    page.get_by_text("Tollgate did not answer.").wait_for()
    assert not dialog(page).is_visible()
    page.context.set_offline(False)

    opened(page, cast.sender, "Set up")
    assert said(page) == ""
    page.keyboard.type("4155550123")
    page.context.set_offline(True)
    for _ in range(2):
        page.keyboard.press("Enter")
        dialog(page).get_by_role("alert").wait_for()
    assert "What you entered is still here" in dialog(page).get_by_role("alert").inner_text()
    assert dialog(page).get_by_role("alert").count() == 1
    assert field(page).input_value() == "(415) 555-0123"
    assert destination_now(cast.sender) == ""

    page.context.set_offline(False)
    field(page).press("Enter")
    dialog(page).wait_for(state="hidden")
    assert destination_now(cast.sender) == OFFICE


# --- on a phone --------------------------------------------------------------------------------


def sideways(page: Page) -> int:
    """How many pixels the page is wider than the screen."""
    wider: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wider


def heights(buttons: Locator) -> list[float]:
    boxes = [buttons.nth(index).bounding_box() for index in range(buttons.count())]
    return [box["height"] for box in boxes if box is not None]


def test_on_a_phone_nothing_scrolls_sideways_and_a_thumb_hits_each_button(
    cast: Cast, page: Page, log_in: LogIn
) -> None:
    every_state(cast)
    page.set_viewport_size(PHONE)
    log_in(cast.members[Role.COORDINATOR])
    page.goto(PREFERENCES)
    assert sideways(page) == 0
    found = heights(page.locator(".tg-line-actions a"))
    assert len(found) >= 5
    assert min(found) >= 44

    for name in ("Edit", "Delete"):
        opened(page, cast.sender, name)
        box = dialog(page).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
        assert box["y"] + box["height"] <= PHONE["height"]
        assert dialog(page).evaluate("it => it.scrollWidth - it.clientWidth") == 0
        found = heights(dialog(page).locator("button"))
        assert len(found) == 3
        assert min(found) >= 44
        page.keyboard.press("Escape")
        dialog(page).wait_for(state="hidden")

    for path in ("", "delete/"):
        page.goto(f"{PREFERENCES}call-forwarding/{cast.sender.pk}/{path}")
        assert sideways(page) == 0
        found = heights(page.locator("#content .tg-button"))
        assert len(found) == 2
        assert min(found) >= 44


# --- without a script --------------------------------------------------------------------------


def test_it_all_works_without_javascript(
    cast: Cast, browser: Browser, live_server: LiveServer, page: Page, log_in: LogIn
) -> None:
    log_in(cast.members[Role.COORDINATOR])
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    plain = context.new_page()
    plain.goto(PREFERENCES)
    button(plain, cast.sender, "Set up").click()
    assert "Set up call forwarding" in plain.locator("h2").all_inner_texts()
    field(plain).fill("(416) 555-0123")
    plain.get_by_role("button", name="Save").click()
    assert "This is a Canadian number." in plain.locator("#content").inner_text()
    assert field(plain).input_value() == "(416) 555-0123"
    assert destination_now(cast.sender) == ""

    field(plain).fill("4155550123")
    plain.get_by_role("button", name="Save").click()
    assert plain.url.endswith(f"{PREFERENCES}#call-forwarding")
    assert "are now forwarded to (415) 555-0123." in plain.locator("body").inner_text()
    assert destination_now(cast.sender) == OFFICE

    button(plain, cast.sender, "Edit").click()
    assert field(plain).input_value() == "(415) 555-0123"
    plain.get_by_role("link", name="Cancel").click()
    button(plain, cast.sender, "Edit").click()
    field(plain).fill("212-555-0145")
    plain.get_by_role("button", name="Save").click()
    assert destination_now(cast.sender) == HOME

    button(plain, cast.sender, "Delete").click()
    assert "no longer forwarded to (212) 555-0145" in plain.locator("#content").inner_text()
    plain.get_by_role("link", name="Keep it").click()
    button(plain, cast.sender, "Delete").click()
    plain.get_by_role("button", name="Delete").click()
    assert destination_now(cast.sender) == ""
    assert "are no longer forwarded." in plain.locator("body").inner_text()
    context.close()


# --- barriers ----------------------------------------------------------------------------------


def every_state(cast: Cast) -> None:
    """A number in each state that the section can show; the cast's own is set up and changed."""
    owner = cast.members[Role.OWNER]
    rule = set_up(cast)
    rules.save(sender=cast.sender, text=HOME, seen=rule.token, actor=cast.members[Role.MANAGER])

    def number(digits: str, destination: str = "", **fields: str) -> SenderNumber:
        given = {"kind": "toll_free", "verification": "verified", **fields}
        sender = SenderNumber.objects.create(
            workspace=cast.acme, account=cast.sender.account, number=digits, **given
        )
        if destination:
            rules.save(sender=sender, text=destination, seen="", actor=owner)
        return sender

    number("+18775550101")
    number("+18775550102", verification="pending")
    number("+18775550103", OFFICE, verification="pending")
    number("+18775550104", verification="rejected")
    number("55533", kind="short_code")
    number("+12395550111", kind="long_code")
    number("+448081570192", country="GB")
    released = number("+18775550105", OFFICE)
    SenderNumber.objects.filter(pk=released.pk).update(verification="released")
    number("+18775550106", "+12395550199")
    number("+12395550199", kind="long_code")
    # The carrier would not be told, or was.
    untold = number("+18775550107", OFFICE)
    ForwardingRule.objects.filter(sender=untold).update(announce_problem="no_such_number")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_that_call_forwarding_shows_is_a_barrier(
    cast: Cast, page: Page, log_in: LogIn, size: ViewportSize, scheme: str
) -> None:
    script = axe_core()
    every_state(cast)
    page.set_viewport_size(size)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    found: dict[str, list[str]] = {}
    for role in (Role.ANALYST, Role.COORDINATOR):
        log_in(cast.members[role])
        page.goto(PREFERENCES)
        assert page.evaluate("document.documentElement.classList.contains('dark')") == (
            scheme == "dark"
        )
        found[f"section for the {role}"] = barriers(page, script, "#call-forwarding")

    opened(page, cast.sender, "Edit")
    found["dialog"] = barriers(page, script, "#call-forwarding-dialog")
    field(page).fill("(416) 555-0123")
    field(page).press("Enter")
    dialog(page).get_by_role("alert").wait_for()
    found["dialog with an error"] = barriers(page, script, "#call-forwarding-dialog")
    page.keyboard.press("Escape")
    opened(page, cast.sender, "Delete")
    found["delete dialog"] = barriers(page, script, "#call-forwarding-dialog")
    page.keyboard.press("Escape")

    for name in ("", "delete/"):
        page.goto(f"{PREFERENCES}call-forwarding/{cast.sender.pk}/{name}")
        found[f"page {name}"] = barriers(page, script, "#content")
    assert [f"{where}: {each}" for where, all_of_it in found.items() for each in all_of_it] == []


def test_a_barrier_would_be_found(cast: Cast, page: Page, log_in: LogIn) -> None:
    script = axe_core()
    log_in(cast.members[Role.COORDINATOR])
    page.goto(PREFERENCES)
    opened(page, cast.sender, "Set up")
    page.evaluate("document.querySelector('dialog label').remove()")
    page.evaluate("document.querySelector('dialog input[name=destination]').placeholder = ''")
    found = barriers(page, script, "#call-forwarding-dialog")
    assert any(each.startswith("label: ") for each in found)
