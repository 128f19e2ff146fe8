"""What lets a message that is not promotional go: proven here, never taken from the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import Membership
from sending.gate.facts import Basis
from sending.models import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sending.dispatch.claim import Claimed
    from sending.gate.load import ContactRow

_PREVIEW = Message.Kind.PREVIEW.value


def for_previews(claimed: Sequence[Claimed], contacts: Mapping[int, ContactRow]) -> dict[int, str]:
    """``own_number`` for each preview, by message id, that goes to a current member's own number.

    No other kind has a basis yet: without one the gate refuses.
    """
    previews = [one for one in claimed if one.kind == _PREVIEW]
    if not previews:
        return {}
    own = set(
        Membership.objects.filter(
            workspace_id__in={one.workspace_id for one in previews}, user__is_active=True
        )
        .exclude(user__phone="")
        .values_list("workspace_id", "user__phone")
    )
    numbers = {(workspace_id, str(phone)) for workspace_id, phone in own}
    return {
        one.id: Basis.OWN_NUMBER.value
        for one in previews
        if (one.workspace_id, contacts[one.contact_id].number) in numbers
    }
