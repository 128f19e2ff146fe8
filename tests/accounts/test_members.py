"""Who may change whose role, and what the journal says of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import members, passwords
from accounts.models import JournalEntry, Membership, User
from accounts.roles import Capability, Role, roles_with
from tests.cast import PASSWORD, Cast


def refused_with(code: str, change: Callable[[], object]) -> None:
    entries = JournalEntry.objects.count()
    before = list(Membership.objects.order_by("pk").values_list("pk", "role"))
    with pytest.raises(ValidationError) as refusal:
        change()
    assert refusal.value.code == code
    assert JournalEntry.objects.count() == entries
    assert list(Membership.objects.order_by("pk").values_list("pk", "role")) == before


@pytest.mark.parametrize("role", Role)
def test_only_roles_of_the_table_add_members(cast: Cast, role: Role) -> None:
    def add() -> Membership:
        return members.add(
            workspace=cast.acme,
            email="new@acme.example",
            role=Role.ANALYST,
            actor=cast.members[role],
            reason="New colleague",
        )

    if role in roles_with(Capability.MEMBERS):
        assert add().role == Role.ANALYST
        entry = JournalEntry.objects.get()
        assert (entry.subject, entry.old, entry.new) == ("new@acme.example", "—", "Analyst")
    else:
        refused_with("not_allowed", add)
        assert not User.objects.filter(email="new@acme.example").exists()


def test_an_owner_elsewhere_adds_nobody_here(cast: Cast) -> None:
    refused_with(
        "not_allowed",
        lambda: members.add(
            workspace=cast.acme,
            email="spy@rival.example",
            role=Role.ADMIN,
            actor=cast.rivals[Role.OWNER],
            reason="x",
        ),
    )


def test_an_account_is_found_whatever_the_case_of_its_address(cast: Cast) -> None:
    added = members.add(
        workspace=cast.acme,
        email="ANALYST@Rival.example",
        role=Role.ANALYST,
        actor=cast.members[Role.ADMIN],
        reason="Works for both",
    )
    assert added.user == cast.rivals[Role.ANALYST]


def test_a_member_is_not_added_twice(cast: Cast) -> None:
    refused_with(
        "already_member",
        lambda: members.add(
            workspace=cast.acme,
            email=cast.members[Role.ANALYST].email,
            role=Role.ADMIN,
            actor=cast.members[Role.OWNER],
            reason="x",
        ),
    )


def change(cast: Cast, actor: Role, member: Role, to: str, reason: str = "Promoted") -> Membership:
    return members.change_role(
        workspace=cast.acme,
        member=cast.members[member],
        role=to,
        actor=cast.members[actor],
        reason=reason,
    )


def test_a_change_of_role_is_journalled_with_its_reason(cast: Cast) -> None:
    change(cast, Role.ADMIN, Role.ANALYST, Role.MANAGER)
    entry = JournalEntry.objects.get()
    assert entry.kind == JournalEntry.Kind.ROLE
    assert (entry.old, entry.new, entry.reason) == ("Analyst", "Manager", "Promoted")
    assert entry.actor == cast.members[Role.ADMIN]


def test_a_change_without_a_reason_is_undone(cast: Cast) -> None:
    refused_with(
        "reason_required", lambda: change(cast, Role.OWNER, Role.ANALYST, Role.ADMIN, " \n")
    )


def test_nobody_touches_the_owner(cast: Cast) -> None:
    for actor in (Role.ADMIN, Role.OWNER):
        refused_with("owner_untouchable", partial(change, cast, actor, Role.OWNER, Role.ANALYST))
        refused_with(
            "owner_untouchable",
            partial(
                members.remove,
                workspace=cast.acme,
                member=cast.members[Role.OWNER],
                actor=cast.members[actor],
                reason="x",
            ),
        )


def test_nobody_is_made_owner_by_a_change_of_role(cast: Cast) -> None:
    refused_with("owner_is_handed_over", lambda: change(cast, Role.OWNER, Role.ADMIN, Role.OWNER))
    refused_with("owner_is_handed_over", lambda: change(cast, Role.ADMIN, Role.ADMIN, Role.OWNER))


@pytest.mark.parametrize("role", [Role.MANAGER, Role.COORDINATOR, Role.ANALYST])
def test_nobody_below_admin_changes_any_role(cast: Cast, role: Role) -> None:
    refused_with("not_allowed", lambda: change(cast, role, role, Role.ADMIN))
    refused_with("not_allowed", lambda: change(cast, role, Role.ADMIN, Role.ANALYST))


def test_an_admin_may_step_down_and_then_not_up_again(cast: Cast) -> None:
    change(cast, Role.ADMIN, Role.ADMIN, Role.ANALYST, "Leaving the team")
    refused_with("not_allowed", lambda: change(cast, Role.ADMIN, Role.ADMIN, Role.ADMIN))


def test_a_superuser_does_not_raise_their_own_role_either(cast: Cast) -> None:
    Membership.objects.create(workspace=cast.acme, user=cast.staff, role=Role.ANALYST)
    refused_with(
        "own_role_upwards",
        lambda: members.change_role(
            workspace=cast.acme, member=cast.staff, role=Role.ADMIN, actor=cast.staff, reason="x"
        ),
    )


def test_removing_ends_the_membership_and_keeps_the_account(cast: Cast) -> None:
    members.remove(
        workspace=cast.acme,
        member=cast.members[Role.ANALYST],
        actor=cast.members[Role.ADMIN],
        reason="Left",
    )
    assert not Membership.objects.filter(user=cast.members[Role.ANALYST]).exists()
    assert User.objects.filter(pk=cast.members[Role.ANALYST].pk).exists()
    assert JournalEntry.objects.get().new == "—"


def hand_over(cast: Cast, actor: User, to: User, reason: str = "Retiring") -> None:
    members.hand_over(workspace=cast.acme, to=to, actor=actor, reason=reason)


def roles(cast: Cast) -> dict[str, str]:
    rows = Membership.objects.filter(workspace=cast.acme).select_related("user")
    return {row.user.email: row.role for row in rows}


def test_handing_over_changes_both_sides_and_is_journalled(cast: Cast) -> None:
    hand_over(cast, cast.members[Role.OWNER], cast.members[Role.MANAGER])
    assert roles(cast)["manager@acme.example"] == Role.OWNER
    assert roles(cast)["owner@acme.example"] == Role.ADMIN
    entry = JournalEntry.objects.get(kind=JournalEntry.Kind.OWNERSHIP)
    assert (entry.old, entry.new) == ("owner@acme.example", "manager@acme.example")


def test_only_the_owner_hands_over(cast: Cast) -> None:
    heir = cast.members[Role.MANAGER]
    for actor in (cast.members[Role.ADMIN], cast.staff, cast.rivals[Role.OWNER]):
        refused_with("not_the_owner", partial(hand_over, cast, actor, heir))


def test_ownership_goes_to_an_active_member_who_can_log_in(cast: Cast) -> None:
    owner, heir = cast.members[Role.OWNER], cast.members[Role.MANAGER]
    refused_with("not_a_member", lambda: hand_over(cast, owner, cast.rivals[Role.ADMIN]))
    refused_with("unchanged", lambda: hand_over(cast, owner, owner))
    User.objects.filter(pk=heir.pk).update(is_active=False)
    refused_with("inactive", lambda: hand_over(cast, owner, heir))
    User.objects.filter(pk=heir.pk).update(is_active=True, password="!never set")
    refused_with("no_password_yet", lambda: hand_over(cast, owner, heir))


def test_a_hand_over_without_a_reason_changes_neither_side(cast: Cast) -> None:
    refused_with(
        "reason_required",
        lambda: hand_over(cast, cast.members[Role.OWNER], cast.members[Role.ADMIN], " "),
    )


# --- pages -----------------------------------------------------------------------------------


def test_an_invited_person_sets_a_password_by_the_mailed_link_and_logs_in(
    cast: Cast, client: Client
) -> None:
    client.force_login(cast.members[Role.ADMIN])
    page = client.post(
        "/admin/accounts/membership/invite/",
        {"email": "new@acme.example", "role": "manager", "reason": "New colleague"},
        follow=True,
    )
    assert "gets a link to choose a password" in page.content.decode()
    newcomer = User.objects.get(email="new@acme.example")
    assert not newcomer.has_usable_password()
    [letter] = mail.outbox
    assert letter.to == ["new@acme.example"]
    link = next(line for line in letter.body.splitlines() if "/password/set/" in line)
    assert link not in page.content.decode()
    guest = Client()
    form = guest.get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
    where = form.redirect_chain[-1][0]
    fresh = {"new_password1": "a long enough phrase", "new_password2": "a long enough phrase"}
    done = guest.post(where, fresh, follow=True)
    assert "Your password is set" in done.content.decode()
    data = {"username": "new@acme.example", "password": "a long enough phrase"}
    assert guest.post("/admin/login/", data).status_code == 302
    again = Client().get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
    assert "used or is too old" in again.content.decode()


def test_an_existing_account_gets_no_link_to_a_new_password(cast: Cast, client: Client) -> None:
    client.force_login(cast.members[Role.ADMIN])
    client.post(
        "/admin/accounts/membership/invite/",
        {"email": "owner@rival.example", "role": "analyst", "reason": "Works for both"},
    )
    assert Membership.objects.filter(user=cast.rivals[Role.OWNER]).count() == 2
    assert mail.outbox == []


def test_the_forgotten_password_page_tells_nobody_who_has_an_account(
    cast: Cast, client: Client
) -> None:
    known = client.post("/admin/password/forgotten/", {"email": "Owner@acme.example"}, follow=True)
    unknown = client.post("/admin/password/forgotten/", {"email": "no@one.example"}, follow=True)
    assert known.content.decode().split("<body")[1] == unknown.content.decode().split("<body")[1]
    assert [letter.to for letter in mail.outbox] == [["owner@acme.example"]]


def test_the_hand_over_page_asks_for_member_reason_and_confirmation(
    cast: Cast, client: Client
) -> None:
    client.force_login(cast.members[Role.OWNER])
    heir = Membership.objects.get(user=cast.members[Role.ADMIN])
    page = "/admin/accounts/membership/hand-over/"
    data = {"member": heir.pk, "reason": "Retiring", "sure": "on"}
    for missing in data:
        client.post(page, {name: value for name, value in data.items() if name != missing})
        assert roles(cast)["owner@acme.example"] == Role.OWNER
    rival = Membership.objects.get(user=cast.rivals[Role.ADMIN])
    client.post(page, {**data, "member": rival.pk})
    assert roles(cast)["owner@acme.example"] == Role.OWNER
    client.post(page, data)
    assert roles(cast)["owner@acme.example"] == Role.ADMIN
    assert roles(cast)["admin@acme.example"] == Role.OWNER


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER, Role.COORDINATOR, Role.ANALYST])
def test_the_hand_over_page_is_the_owners(cast: Cast, client: Client, role: Role) -> None:
    client.force_login(cast.members[role])
    assert client.get("/admin/accounts/membership/hand-over/").status_code == 403


def test_the_owners_row_has_no_page_to_change_or_remove_it(cast: Cast, client: Client) -> None:
    client.force_login(cast.members[Role.ADMIN])
    owner = Membership.objects.get(workspace=cast.acme, role=Role.OWNER)
    for page in ("role", "remove"):
        address = f"/admin/accounts/membership/{owner.pk}/{page}/"
        assert client.get(address).status_code == 404
        assert client.post(address, {"role": "analyst", "reason": "x"}).status_code == 404


def test_the_list_of_members_costs_the_same_for_many(cast: Cast, client: Client) -> None:
    client.force_login(cast.members[Role.OWNER])
    counts = []
    for start in (0, 20):
        for number in range(start, start + 20):
            person = User(email=f"p{number}@acme.example", name=f"P {number}")
            person.set_unusable_password()
            person.save()
            Membership.objects.create(workspace=cast.acme, user=person, role=Role.ANALYST)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/admin/accounts/membership/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] == 7


def test_the_link_is_for_the_one_it_was_made_for(cast: Cast, client: Client) -> None:
    link = passwords.link_for(cast.members[Role.OWNER]).removeprefix("http://127.0.0.1:8000")
    other = link.replace(
        link.split("/")[4], passwords.link_for(cast.members[Role.ADMIN]).split("/")[6]
    )
    assert other != link
    assert "used or is too old" in client.get(other, follow=True).content.decode()
    assert client.login(username="owner@acme.example", password=PASSWORD)
