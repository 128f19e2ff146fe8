"""Two hand-overs at once, over real connections: one happens, the other is told why not."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from accounts import members
from accounts.models import JournalEntry, Membership, User, Workspace
from accounts.roles import Role
from tests.cast import Cast


@pytest.fixture
def committed(transactional_db: None) -> Cast:
    return Cast.assemble()


def at_once(*changes: Any) -> list[object]:
    """What each change ended with, started while another holds the workspace's row."""
    ended: list[object] = []
    ready = threading.Barrier(len(changes))

    def run(change: Any) -> None:
        try:
            ready.wait(10)
            change()
            ended.append("done")
        except Exception as error:
            ended.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(change,)) for change in changes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return ended


def hand_over_to(cast: Cast, role: Role) -> Any:
    owner, heir = cast.members[Role.OWNER], cast.members[role]
    return lambda: members.hand_over(workspace=cast.acme, to=heir, actor=owner, reason=f"To {role}")


def test_of_two_hand_overs_at_once_one_happens_and_one_is_refused(committed: Cast) -> None:
    for _round in range(5):
        heirs = (Role.MANAGER, Role.ANALYST)
        ended = at_once(*(hand_over_to(committed, role) for role in heirs))
        refused = [error for error in ended if error != "done"]
        assert len(refused) == 1, ended
        assert isinstance(refused[0], ValidationError), refused
        assert refused[0].code == "not_the_owner"
        assert Membership.objects.filter(workspace=committed.acme, role=Role.OWNER).count() == 1
        _give_back(committed)
    assert JournalEntry.objects.filter(kind=JournalEntry.Kind.OWNERSHIP).count() == 10


def _give_back(cast: Cast) -> None:
    now = Membership.objects.select_related("user").get(workspace=cast.acme, role=Role.OWNER)
    members.hand_over(
        workspace=cast.acme, to=cast.members[Role.OWNER], actor=now.user, reason="Back"
    )


def test_an_admin_being_demoted_finishes_no_change_of_their_own(committed: Cast) -> None:
    """The demotion holds the lock; the admin's own change waits, and then judges by what holds."""
    admin, owner = committed.members[Role.ADMIN], committed.members[Role.OWNER]
    started = threading.Event()
    ended: list[object] = []

    def promote() -> None:
        started.set()
        try:
            members.change_role(
                workspace=committed.acme,
                member=committed.members[Role.ANALYST],
                role=Role.ADMIN,
                actor=User.objects.get(pk=admin.pk),
                reason="While I still can",
            )
            ended.append("done")
        except ValidationError as error:
            ended.append(error.code)
        finally:
            connection.close()

    thread = threading.Thread(target=promote)
    with transaction.atomic():
        members.change_role(
            workspace=Workspace.objects.get(pk=committed.acme.pk),
            member=admin,
            role=Role.ANALYST,
            actor=owner,
            reason="Leaves the team",
        )
        thread.start()
        started.wait(10)
        _until_someone_waits_for_a_lock()
    thread.join(30)
    assert ended == ["not_allowed"]
    assert Membership.objects.get(user=committed.members[Role.ANALYST]).role == Role.ANALYST


def _until_someone_waits_for_a_lock() -> None:
    """Returns once a connection waits; without the lock nobody does, and 2 seconds pass."""
    pause = threading.Event()
    for _try in range(40):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            if cursor.fetchone()[0]:
                return
        pause.wait(0.05)
