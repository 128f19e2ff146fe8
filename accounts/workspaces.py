"""Making a workspace, with its owner and whatever the rooms above need beside it."""

from __future__ import annotations

from django.db import transaction

from accounts.models import Membership, User, Workspace
from accounts.roles import Role
from accounts.signals import workspace_created


@transaction.atomic
def create(*, name: str, slug: str, owner: User) -> Workspace:
    """A new workspace owned by ``owner``.

    Raises `django.core.exceptions.ValidationError` when the name or the short name will not do.
    """
    workspace = Workspace(name=name.strip(), slug=slug)
    workspace.full_clean()
    workspace.save()
    Membership.objects.create(workspace=workspace, user=owner, role=Role.OWNER)
    workspace_created.send(sender=Workspace, workspace=workspace)
    return workspace
