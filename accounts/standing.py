"""What somebody may do at the moment of writing, whatever a page found when it was opened."""

from __future__ import annotations

from accounts.guard import RoleNeeded
from accounts.models import Membership, User, Workspace
from accounts.roles import Capability


def demand_now(*, actor: User, workspace: Workspace, capability: Capability) -> None:
    """Raise `RoleNeeded` unless ``actor`` has ``capability`` in ``workspace`` now.

    Called in the transaction that writes: the membership is locked, so that a role that is taken
    away at the same moment is taken away before or after, never beneath.
    """
    person = User.objects.filter(pk=actor.pk, is_active=True).first()
    if person is not None and person.is_superuser:
        return
    rows = Membership.objects.select_for_update(no_key=True, of=("self",))
    membership = rows.filter(workspace=workspace, user=person).first() if person else None
    if membership is None or not membership.may(capability):
        raise RoleNeeded(capability)
