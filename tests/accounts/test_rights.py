"""Rights on the platform: changed by superusers only, and journalled with a reason."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from accounts import rights
from accounts.models import JournalEntry, User
from accounts.platform import is_platform_staff
from accounts.rights import rights_of
from accounts.roles import Role
from tests.cast import Cast


def _give(user: User, actor: User, reason: str = "Joins the team", **changed: bool) -> None:
    rights.change(user=user, rights=replace(rights_of(user), **changed), actor=actor, reason=reason)


def _fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_a_change_is_journalled_for_the_platform(cast: Cast) -> None:
    analyst = cast.members[Role.ANALYST]
    _give(analyst, cast.staff, is_staff=True, compliance=True)
    assert is_platform_staff(_fresh(analyst))
    entry = JournalEntry.objects.get()
    assert (entry.workspace, entry.kind, entry.actor) == (None, "platform", cast.staff)
    assert (entry.subject, entry.reason) == ("analyst@acme.example", "Joins the team")
    assert (entry.old, entry.new) == ("active", "active, platform staff, compliance")
    _give(_fresh(analyst), cast.staff, is_active=False, is_staff=False, compliance=False)
    assert not is_platform_staff(_fresh(analyst))
    assert JournalEntry.objects.latest("at", "id").new == "none"


@pytest.mark.parametrize(
    ("who", "code"), [("clerk", "not_allowed"), ("owner", "not_allowed"), ("self", "own_rights")]
)
def test_who_may_not_change_rights(cast: Cast, who: str, code: str) -> None:
    target = cast.staff if who == "self" else cast.members[Role.ANALYST]
    actor = {"clerk": cast.clerk, "owner": cast.members[Role.OWNER], "self": cast.staff}[who]
    with pytest.raises(ValidationError) as refusal:
        _give(target, actor, is_superuser=who != "self")
    assert refusal.value.code == code
    assert _fresh(target).is_superuser is (who == "self")
    assert not JournalEntry.objects.exists()


def test_without_a_reason_or_a_change_nothing_happens(cast: Cast) -> None:
    analyst = cast.members[Role.ANALYST]
    for reason, changed, code in (
        (" \n", {"is_superuser": True}, "reason_required"),
        ("Why not", {}, "unchanged"),
    ):
        with pytest.raises(ValidationError) as refusal:
            _give(analyst, cast.staff, reason, **changed)
        assert refusal.value.code == code
        assert not _fresh(analyst).is_superuser
    assert not JournalEntry.objects.exists()


def test_the_page_asks_for_a_reason_and_the_form_of_the_account_changes_no_right(
    cast: Cast, client: Client
) -> None:
    analyst = cast.members[Role.ANALYST]
    client.force_login(cast.staff)
    base = f"/admin/accounts/user/{analyst.pk}"
    assert f"{base}/rights/" in client.get(f"{base}/change/").content.decode()
    client.post(f"{base}/change/", {"email": analyst.email, "is_superuser": "on", "is_staff": "on"})
    given = {"is_active": "on", "is_superuser": "on"}
    page = client.post(f"{base}/rights/", {**given, "reason": " "})
    assert page.status_code == 200
    assert not _fresh(analyst).is_superuser
    assert not JournalEntry.objects.exists()
    done = client.post(f"{base}/rights/", {**given, "reason": "Runs the platform"}, follow=True)
    assert "now has: active, superuser" in done.content.decode()
    assert JournalEntry.objects.get().reason == "Runs the platform"


def test_the_page_is_for_superusers(cast: Cast, client: Client) -> None:
    address = f"/admin/accounts/user/{cast.members[Role.ANALYST].pk}/rights/"
    for user in (cast.clerk, cast.members[Role.OWNER]):
        client.force_login(user)
        for answer in (client.get(address), client.post(address, {"reason": "x"})):
            assert answer.status_code == 403
    assert not JournalEntry.objects.exists()


def test_members_never_see_what_concerns_the_platform(cast: Cast, client: Client) -> None:
    _give(cast.members[Role.ANALYST], cast.staff, "Secret of the platform", is_staff=True)
    entry = JournalEntry.objects.get()
    base = "/admin/accounts/journalentry/"
    for user, seen in ((cast.members[Role.OWNER], False), (cast.clerk, True), (cast.staff, True)):
        client.force_login(user)
        pages = [client.get(base).content, client.get(f"{base}{entry.pk}/change/").content]
        export = client.get(f"{base}export/")
        pages.append(b"".join(export.streaming_content))  # type: ignore[attr-defined]
        assert [b"Secret of the platform" in page for page in pages] == [seen] * 3


@pytest.mark.django_db(transaction=True)
def test_of_two_superusers_who_demote_each_other_one_stays(cast: Cast) -> None:
    other = User.objects.create_superuser("other@tollgate.example")
    start = threading.Barrier(2)

    def demote(user: User, actor: User) -> None:
        try:
            start.wait(10)
            rights.change(
                user=user, rights=rights.Rights(True, False, False, False), actor=actor, reason="x"
            )
        except ValidationError:
            pass
        finally:
            connection.close()

    for _round in range(5):
        User.objects.filter(pk__in=[cast.staff.pk, other.pk]).update(is_superuser=True)
        pairs = ((other, cast.staff), (cast.staff, other))
        threads = [threading.Thread(target=demote, args=pair) for pair in pairs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert User.objects.filter(is_superuser=True).count() == 1
