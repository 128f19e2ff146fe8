"""Exactly one owner per workspace, held by the database."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Membership, Workspace
from accounts.roles import Role
from tests.cast import Cast


@pytest.mark.django_db(transaction=True)
def test_a_workspace_without_an_owner_is_refused_at_commit() -> None:
    with pytest.raises(IntegrityError, match="has no owner"), transaction.atomic():
        Workspace.objects.create(slug="orphan", name="Orphan")


def test_a_second_owner_is_refused(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="at_most_one_owner_per_workspace"):
        Membership.objects.filter(workspace=cast.acme, role=Role.ADMIN).update(role=Role.OWNER)


def test_the_last_owner_cannot_be_demoted(cast: Cast) -> None:
    owner = Membership.objects.filter(workspace=cast.acme, role=Role.OWNER)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="has no owner"), transaction.atomic():
        owner.update(role=Role.ADMIN)
