"""Who gets what from the pages of call forwarding: role, state of the number, method, way in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.models import JournalEntry, Membership
from accounts.roles import Role
from consent.numbering import national
from forwarding import announcing, rules
from forwarding.destinations import SENTENCES, Refusal
from forwarding.models import Call, ForwardingRule
from sending.models import SenderNumber
from tests.cast import Cast

if TYPE_CHECKING:
    from django.http import HttpResponse

pytestmark = pytest.mark.django_db

OFFICE, HOME = "+14155550123", "+12125550145"
READS, NO_FORMS = ("get", "head"), ("put", "delete", "patch")
DIALOG: dict[str, str] = {"HX-Request": "true"}
PAGE: dict[str, str] = {}
WAYS = {"dialog": DIALOG, "page": PAGE}
WRITERS = frozenset({Role.OWNER, Role.ADMIN, Role.MANAGER, Role.COORDINATOR})


@dataclass(frozen=True)
class Answer:
    """The status of a page, and of what kind the dialog's fragment is.

    A page that is done leads back to the section; in the dialog that is 200 and the new rows.
    """

    status: int
    fragment: str

    def in_dialog(self) -> tuple[int, str]:
        return (200 if self.status == 302 else self.status, self.fragment)


FORM, ASKED = Answer(200, "form"), Answer(200, "delete")
DONE, CANNOT = Answer(302, "rows"), Answer(409, "unavailable")


@dataclass(frozen=True)
class State:
    """A number as it may be, and what a writer gets for it from each address and method.

    ``saved`` and ``deleted`` are where calls go after the form was sent; ``was`` where before.
    """

    edit: Answer
    save: Answer
    ask: Answer
    delete: Answer
    saved: str
    fields: dict[str, str] = field(default_factory=dict)
    was: str = ""


STATES = {
    "not set up": State(FORM, DONE, DONE, DONE, saved=HOME),
    "set up": State(FORM, DONE, ASKED, DONE, saved=HOME, was=OFFICE),
    "pending": State(FORM, DONE, DONE, DONE, saved=HOME, fields={"verification": "pending"}),
    "unverified": State(FORM, DONE, DONE, DONE, saved=HOME, fields={"verification": "unverified"}),
    "rejected": State(FORM, DONE, DONE, DONE, saved=HOME, fields={"verification": "rejected"}),
    "released": State(
        CANNOT, CANNOT, ASKED, DONE, saved=OFFICE, was=OFFICE, fields={"verification": "released"}
    ),
    "short code": State(
        CANNOT, CANNOT, DONE, DONE, saved="", fields={"kind": "short_code", "number": "55533"}
    ),
    "long code": State(
        CANNOT, CANNOT, DONE, DONE, saved="", fields={"kind": "long_code", "number": "+12395550111"}
    ),
    "toll-free of another country": State(
        CANNOT, CANNOT, DONE, DONE, saved="", fields={"country": "GB", "number": "+448081570192"}
    ),
}


def bring_about(cast: Cast, state: State) -> ForwardingRule | None:
    rule = None
    if state.was:
        owner = cast.members[Role.OWNER]
        rule = ForwardingRule.objects.create(
            sender=cast.sender, destination=state.was, set_up_by=owner, changed_by=owner
        )
    SenderNumber.objects.filter(pk=cast.sender.pk).update(**state.fields)
    cast.sender.refresh_from_db()
    return rule


def address(cast: Cast, name: str) -> str:
    return reverse(f"call_forwarding:{name}", args=[cast.sender.pk])


def form(rule: ForwardingRule | None, number: str = HOME) -> dict[str, str]:
    return {"destination": number, "seen": rules.token_of(rule)}


def destination_now(cast: Cast) -> str:
    rule = ForwardingRule.objects.filter(sender=cast.sender).first()
    return rule.destination if rule else ""


def ask(
    client: Client, method: str, path: str, data: dict[str, str], headers: dict[str, str]
) -> HttpResponse:
    call: Any = getattr(client, method)
    answer: HttpResponse = call(
        path, data if method in ("get", "head", "post") else None, headers=headers
    )
    return answer


@contextmanager
def undone_afterwards() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def without_tokens(answer: Any) -> str:
    return re.sub(r'csrfmiddlewaretoken" value="\w+"', "", text_of(answer))


# --- the table ---------------------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(WRITERS))
@pytest.mark.parametrize("name", STATES)
def test_what_a_member_with_the_role_gets_for_each_state_and_method(
    cast: Cast, client: Client, name: str, role: Role
) -> None:
    state = STATES[name]
    rule = bring_about(cast, state)
    client.force_login(cast.members[role])
    expected: dict[tuple[str, str], tuple[Answer, str]] = {
        ("edit", "get"): (state.edit, state.was),
        ("edit", "head"): (state.edit, state.was),
        ("edit", "post"): (state.save, state.saved),
        ("delete", "get"): (state.ask, state.was),
        ("delete", "head"): (state.ask, state.was),
        ("delete", "post"): (state.delete, ""),
    }
    for (page, method), (answer, goes_to) in expected.items():
        for way, headers in WAYS.items():
            with undone_afterwards():
                data = form(rule) if method == "post" else {}
                got = ask(client, method, address(cast, page), data, headers)
                label = f"{method} {page} as {way}"
                if headers is DIALOG:
                    shown = (got.status_code, got.headers.get("Tollgate-Fragment", ""))
                    assert shown == answer.in_dialog(), label
                else:
                    assert got.status_code == answer.status, label
                    assert "Tollgate-Fragment" not in got.headers, label
                assert destination_now(cast) == goes_to, label
                written = [] if goes_to == state.was else [(state.was, goes_to)]
                assert list(JournalEntry.objects.values_list("old", "new")) == written, label


@pytest.mark.parametrize("name", STATES)
def test_no_role_changes_anything_by_another_method(cast: Cast, client: Client, name: str) -> None:
    bring_about(cast, STATES[name])
    for role in sorted(WRITERS):
        client.force_login(cast.members[role])
        for page, method, headers in product(("edit", "delete"), NO_FORMS, WAYS.values()):
            assert ask(client, method, address(cast, page), {}, headers).status_code == 405
    assert destination_now(cast) == STATES[name].was
    assert JournalEntry.objects.count() == 0


@pytest.mark.parametrize("name", STATES)
def test_an_analyst_is_refused_whatever_the_state_and_method(
    cast: Cast, client: Client, name: str
) -> None:
    state = STATES[name]
    rule = bring_about(cast, state)
    client.force_login(cast.members[Role.ANALYST])
    for page, method, headers in product(
        ("edit", "delete"), (*READS, "post", *NO_FORMS), WAYS.values()
    ):
        got = ask(client, method, address(cast, page), form(rule), headers)
        assert got.status_code == 403
        assert "Tollgate-Fragment" not in got.headers
    assert destination_now(cast) == state.was
    assert JournalEntry.objects.count() == 0


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", STATES)
def test_for_a_member_of_another_workspace_the_number_is_not_there_whatever_the_role(
    cast: Cast, client: Client, name: str, role: Role
) -> None:
    state = STATES[name]
    rule = bring_about(cast, state)
    client.force_login(cast.rivals[role])
    for page, method, headers in product(
        ("edit", "delete"), (*READS, "post", *NO_FORMS), WAYS.values()
    ):
        got = ask(client, method, address(cast, page), form(rule), headers)
        assert got.status_code == 404
        assert "Tollgate-Fragment" not in got.headers
        assert cast.sender.number not in text_of(got)
        assert national(cast.sender.number) not in text_of(got)
    assert destination_now(cast) == state.was
    assert JournalEntry.objects.count() == 0


def test_the_answer_for_anothers_number_is_that_for_one_that_never_was(
    cast: Cast, client: Client
) -> None:
    client.force_login(cast.rivals[Role.OWNER])
    theirs = client.get(address(cast, "edit"))
    nobodys = client.get(reverse("call_forwarding:edit", args=[10**12]))
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert without_tokens(theirs) == without_tokens(nobodys)


def test_nobody_without_a_log_in_gets_anywhere(cast: Cast, client: Client) -> None:
    for page, method, headers in product(
        ("edit", "delete"), (*READS, "post", *NO_FORMS), WAYS.values()
    ):
        got = ask(client, method, address(cast, page), form(None), headers)
        assert got.status_code == 302
        assert "/login/" in got.headers["Location"]
    assert destination_now(cast) == ""
    assert JournalEntry.objects.count() == 0


def test_platform_staff_who_only_read_may_not_and_a_superuser_may(
    cast: Cast, client: Client
) -> None:
    client.force_login(cast.clerk)
    for method in ("get", "post"):
        got = ask(client, method, address(cast, "edit"), form(None), PAGE)
        assert got.status_code == 403
    assert JournalEntry.objects.count() == 0
    client.force_login(cast.staff)
    assert client.post(address(cast, "edit"), form(None)).status_code == 302
    assert JournalEntry.objects.get().actor == cast.staff


def test_a_form_needs_its_csrf_token(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.members[Role.OWNER])
    for headers in WAYS.values():
        for page in ("edit", "delete"):
            assert ask(client, "post", address(cast, page), form(None), headers).status_code == 403
    assert destination_now(cast) == ""
    assert JournalEntry.objects.count() == 0


def test_a_form_that_was_opened_in_another_workspace_saves_nothing(
    cast: Cast, client: Client
) -> None:
    person = cast.members[Role.OWNER]
    Membership.objects.create(workspace=cast.rival, user=person, role=Role.MANAGER)
    client.force_login(person)
    opened = {**form(None), "_workspace": str(cast.rival.pk)}
    for headers in WAYS.values():
        assert ask(client, "post", address(cast, "edit"), opened, headers).status_code == 409
    assert destination_now(cast) == ""
    assert JournalEntry.objects.count() == 0


# --- what an analyst sees ----------------------------------------------------------------------


def section(client: Client) -> str:
    """The section alone, cut out of the page."""
    page = text_of(client.get(reverse("sms_settings:preferences")))
    return page[page.index('<section id="call-forwarding"') : page.index("</dialog>")]


def test_an_analyst_reads_the_section_without_a_button_and_learns_which_roles_may(
    cast: Cast, client: Client
) -> None:
    bring_about(cast, STATES["set up"])
    client.force_login(cast.members[Role.ANALYST])
    shown = section(client)
    assert national(cast.sender.number) in shown
    assert national(OFFICE) in shown
    assert (
        "To set up, edit and delete call forwarding, one needs the role "
        "Owner, Admin, Manager or Campaign coordinator." in shown
    )
    assert "tg-line-actions" not in shown
    assert address(cast, "edit") + '"' not in shown
    assert address(cast, "delete") not in shown
    assert "<button" not in shown


def test_a_coordinator_gets_the_buttons_and_no_line_about_roles(cast: Cast, client: Client) -> None:
    client.force_login(cast.members[Role.COORDINATOR])
    shown = section(client)
    assert address(cast, "edit") in shown
    assert address(cast, "delete") not in shown
    assert "one needs the role" not in shown
    bring_about(cast, STATES["set up"])
    shown = section(client)
    assert address(cast, "edit") in shown
    assert address(cast, "delete") in shown


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("page", ["edit", "delete"])
def test_the_refusal_names_the_roles_and_nothing_of_the_number(
    cast: Cast, client: Client, page: str, way: str
) -> None:
    bring_about(cast, STATES["set up"])
    client.force_login(cast.members[Role.ANALYST])
    shown = text_of(client.get(address(cast, page), headers=WAYS[way]))
    assert "set up, edit and delete call forwarding" in shown
    for role in Role:
        named = f"<li>{role.label}</li>" in shown
        assert named == (role in WRITERS)
    for secret in (cast.sender.number, OFFICE):
        assert secret not in shown
        assert secret.removeprefix("+") not in shown
        assert national(secret) not in shown


# --- refusals beside the field -----------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("text", "refusal"),
    [("", Refusal.EMPTY), ("(416) 555-0123", Refusal.CANADIAN), ("1" * 60, Refusal.TOO_LONG)],
)
def test_a_refused_number_is_said_beside_the_field_with_what_was_typed(
    cast: Cast, client: Client, text: str, refusal: Refusal, way: str
) -> None:
    client.force_login(cast.members[Role.COORDINATOR])
    got = client.post(address(cast, "edit"), form(None, text), headers=WAYS[way])
    shown = text_of(got)
    assert got.status_code == 422
    error = 'id="id_destination_error" class="tg-field-error" role="alert"'
    assert f"{error}>{SENTENCES[refusal]}" in shown
    assert 'aria-describedby="id_destination_helptext id_destination_error"' in shown
    assert 'aria-invalid="true"' in shown
    assert (f'value="{text}"' in shown) == bool(text)
    assert destination_now(cast) == ""
    assert JournalEntry.objects.count() == 0


def test_a_rivals_sender_number_is_refused_like_ones_own(cast: Cast, client: Client) -> None:
    client.force_login(cast.members[Role.COORDINATOR])
    got = client.post(address(cast, "edit"), form(None, cast.rival_sender.number))
    assert got.status_code == 422
    assert str(SENTENCES[Refusal.SENDER]) in text_of(got)
    assert "Rival" not in text_of(got)
    assert destination_now(cast) == ""


# --- somebody else was faster ------------------------------------------------------------------


def changed_meanwhile(cast: Cast, to: str) -> dict[str, str]:
    """A form as it was before the manager changed the rule to ``to`` ("" deletes it)."""
    rule = bring_about(cast, STATES["set up"])
    seen = rules.token_of(rule)
    manager = cast.members[Role.MANAGER]
    if to:
        rules.save(sender=cast.sender, text=to, seen=seen, actor=manager)
    else:
        rules.delete(sender=cast.sender, seen=seen, actor=manager)
    return {"destination": "(787) 555-0167", "seen": seen}


def token_in(shown: str) -> str:
    before, after = shown.split('name="seen"', 1)
    tag = before[before.rindex("<input") :] + after[: after.index(">")]
    return tag.partition('value="')[2].partition('"')[0]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("to", "said"),
    [(HOME, "calls now go to (212) 555-0145."), ("", "calls are not forwarded now.")],
)
def test_a_conflict_says_who_when_and_to_what_and_saving_again_replaces_it(
    cast: Cast, client: Client, to: str, said: str, way: str
) -> None:
    data = changed_meanwhile(cast, to)
    entry = JournalEntry.objects.latest("id")
    client.force_login(cast.members[Role.COORDINATOR])
    got = client.post(address(cast, "edit"), data, headers=WAYS[way])
    shown = text_of(got)
    assert got.status_code == 409
    verb = "changed" if to else "deleted"
    when = f"{entry.at:%-d %b %Y, %H:%M}"
    assert f"Acme Manager {verb} this meanwhile, on {when} UTC: {said}" in strip_tags(shown)
    assert "Nothing of yours was saved. Save again to replace it." in shown
    assert 'value="(787) 555-0167"' in shown
    assert destination_now(cast) == to
    assert JournalEntry.objects.count() == 1

    again = client.post(address(cast, "edit"), {**data, "seen": token_in(shown)}, headers=WAYS[way])
    assert again.status_code == (302 if way == "page" else 200)
    assert destination_now(cast) == "+17875550167"
    last = JournalEntry.objects.latest("id")
    assert (last.actor, last.old, last.new) == (
        cast.members[Role.COORDINATOR],
        to,
        "+17875550167",
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_deletion_of_what_was_changed_asks_again(cast: Cast, client: Client, way: str) -> None:
    data = changed_meanwhile(cast, HOME)
    client.force_login(cast.members[Role.COORDINATOR])
    got = client.post(address(cast, "delete"), data, headers=WAYS[way])
    shown = text_of(got)
    assert got.status_code == 409
    assert "Acme Manager changed this meanwhile" in shown
    assert "Nothing was deleted. Delete again if that is still what you want." in shown
    assert destination_now(cast) == HOME
    client.post(address(cast, "delete"), {"seen": token_in(shown)}, headers=WAYS[way])
    assert destination_now(cast) == ""


def test_a_form_without_its_token_replaces_nothing(cast: Cast, client: Client) -> None:
    bring_about(cast, STATES["set up"])
    client.force_login(cast.members[Role.COORDINATOR])
    got = client.post(address(cast, "edit"), {"destination": HOME})
    assert got.status_code == 409
    assert destination_now(cast) == OFFICE
    assert JournalEntry.objects.count() == 0


# --- what the section shows --------------------------------------------------------------------


def test_saving_in_the_dialog_answers_with_the_rows_and_what_to_say(
    cast: Cast, client: Client
) -> None:
    client.force_login(cast.members[Role.COORDINATOR])
    got = client.post(address(cast, "edit"), form(None), headers=DIALOG)
    assert got.headers["HX-Retarget"] == "#call-forwarding-rows"
    assert got.headers["HX-Reswap"] == "outerHTML"
    told = json.loads(got.headers["HX-Trigger-After-Settle"])["call-forwarding-done"]
    assert told == {
        "sender": cast.sender.pk,
        "sentence": "Calls to (888) 555-0100 are now forwarded to (212) 555-0145.",
    }
    assert text_of(got).lstrip().startswith('<ul id="call-forwarding-rows"')
    assert "(212) 555-0145" in text_of(got)


def test_saving_on_the_page_leads_back_to_the_section_and_says_so_there(
    cast: Cast, client: Client
) -> None:
    client.force_login(cast.members[Role.COORDINATOR])
    got = client.post(address(cast, "edit"), form(None))
    assert got.headers["Location"] == "/admin/settings/sms/#call-forwarding"
    shown = text_of(client.get("/admin/settings/sms/"))
    assert "Calls to (888) 555-0100 are now forwarded to (212) 555-0145." in shown


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("not set up", "Not set up"),
        ("set up", "Forwarded to"),
        ("pending", "Still being verified"),
        ("unverified", "Still being verified"),
        ("rejected", "Its verification was rejected"),
        ("released", "This number has been released"),
        ("short code", "Nobody can call a short code"),
        ("long code", "this is a local number"),
        ("toll-free of another country", "from US toll-free numbers only"),
    ],
)
def test_each_state_is_said_in_words(cast: Cast, client: Client, name: str, said: str) -> None:
    bring_about(cast, STATES[name])
    client.force_login(cast.members[Role.COORDINATOR])
    shown = section(client)
    assert said in shown
    assert (f'href="{address(cast, "edit")}"' in shown) == (STATES[name].edit == FORM)
    assert (f'href="{address(cast, "delete")}"' in shown) == bool(STATES[name].was)


def test_a_released_number_without_forwarding_is_not_shown(cast: Cast, client: Client) -> None:
    bring_about(cast, State(CANNOT, CANNOT, DONE, DONE, "", {"verification": "released"}))
    client.force_login(cast.members[Role.COORDINATOR])
    assert national(cast.sender.number) not in section(client)


def test_a_destination_that_became_a_sender_number_is_pointed_out(
    cast: Cast, client: Client
) -> None:
    bring_about(cast, STATES["set up"])
    client.force_login(cast.members[Role.COORDINATOR])
    assert "would go round in circles" not in section(client)
    SenderNumber.objects.filter(pk=cast.rival_sender.pk).update(number=OFFICE)
    shown = section(client)
    assert "would go round in circles" in shown
    assert "Not forwarded" in shown


def test_a_number_whose_calls_do_not_come_here_is_not_called_forwarded(
    cast: Cast, client: Client
) -> None:
    rule = bring_about(cast, STATES["set up"])
    assert rule is not None
    client.force_login(cast.members[Role.COORDINATOR])
    assert "Not forwarded" not in section(client)
    rule.announce_problem = "no_such_number"
    rule.save()
    assert "Not forwarded" in section(client)
    # Once the carrier was told, the line that asks for it takes the label along.
    rule.announce_problem, rule.announced_to = "", announcing.call_address(cast.sender.account_id)
    rule.save()
    line = text_of(client.get(address(cast, "carrier"), headers=DIALOG))
    assert f'id="call-forwarding-state-{cast.sender.pk}" hx-swap-oob="true"' in line
    assert "Not forwarded" not in line
    assert "Forwarded" in line


def test_the_last_call_of_each_number_is_shown(cast: Cast, client: Client) -> None:
    client.force_login(cast.members[Role.COORDINATOR])
    assert "No call has come in yet." in section(client)
    for sid, outcome, day in (("CA1", "answered", 3), ("CA2", "busy", 5), ("CA3", "failed", 4)):
        call(cast, cast.sender, sid, outcome, day)
    shown = section(client)
    assert "5 Nov 2026" in shown
    assert "Busy" in shown
    assert "Answered" not in shown
    assert "Failed" not in shown


def call(cast: Cast, sender: SenderNumber, sid: str, outcome: str, day: int) -> None:
    Call.objects.create(
        workspace=cast.acme,
        account=sender.account,
        sender=sender,
        sid=sid,
        decision="forward",
        reason="caller_us",
        destination=OFFICE,
        outcome=outcome,
        received_at=f"2026-11-{day:02d}T12:00:00Z",
    )


def test_the_page_asks_the_database_as_often_for_five_numbers_as_for_one(
    cast: Cast, client: Client
) -> None:
    owner = cast.members[Role.OWNER]
    client.force_login(owner)

    def forwarded(sender: SenderNumber, place: int) -> None:
        ForwardingRule.objects.create(
            sender=sender, destination=f"+1415555{place:04d}", set_up_by=owner, changed_by=owner
        )
        call(cast, sender, f"CA{place}", "answered", 3)

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/admin/settings/sms/").status_code == 200
        return len(queries)

    forwarded(cast.sender, 0)
    asked()
    one = asked()
    for place in range(1, 5):
        sender = SenderNumber.objects.create(
            workspace=cast.acme,
            account=cast.sender.account,
            number=f"+1877555{place:04d}",
            kind="toll_free",
            verification="verified",
        )
        forwarded(sender, place)
    assert section(client).count('<li class="tg-line') == 5
    assert asked() == one
