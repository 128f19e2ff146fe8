"""A preview goes to a member's own number and to nobody else's, and uses up no limit."""

from __future__ import annotations

from accounts.roles import Role
from sending.dispatch.single import send_single
from sending.dispatch.tick import tick
from sending.models import Decision, FrequencyWindow, Message
from tests.cast import Cast, contact
from tests.sending.dispatch.makers import connect, earlier
from tests.simulator import Simulator

OWN = "+12395550101"


def _preview(cast: Cast, number: str) -> Message:
    return send_single(
        workspace=cast.acme,
        contact=contact(cast.acme, number),
        sender=cast.sender,
        kind=Message.Kind.PREVIEW,
        body="Hello, Maria",
    )


def test_a_preview_to_ones_own_number_goes_and_uses_up_no_limit(
    cast: Cast, simulator: Simulator
) -> None:
    connect(cast, simulator)
    member = cast.members[Role.COORDINATOR]
    member.phone = OWN
    member.save()
    message = _preview(cast, OWN)
    earlier(cast, message.contact, 1, 2, 3)
    before = FrequencyWindow.objects.get()
    assert tick() == 1
    message.refresh_from_db()
    assert (message.status, message.slot_at) == (Message.Status.ACCEPTED, None)
    assert [(entry.to, entry.body) for entry in simulator.accepted()] == [(OWN, "Hello, Maria")]
    after = FrequencyWindow.objects.get()
    assert (before.sent_1, before.sent_2, before.sent_3) == (
        after.sent_1,
        after.sent_2,
        after.sent_3,
    )
    assert Decision.objects.get().facts["basis"] == "own_number"


def test_a_preview_to_a_number_that_is_no_members_is_refused(
    cast: Cast, simulator: Simulator
) -> None:
    connect(cast, simulator)
    stranger = cast.rivals[Role.OWNER]
    stranger.phone = OWN
    stranger.save()
    message = _preview(cast, OWN)
    assert tick() == 1
    message.refresh_from_db()
    assert (message.status, message.reason) == (Message.Status.SKIPPED, "no_consent")
    assert simulator.accepted() == []
