"""Messages outside campaigns, one at a time; they pass the same gate and the same metronome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sending.models import Message

if TYPE_CHECKING:
    from accounts.models import Workspace
    from consent.models import Contact
    from sending.models import SenderNumber


def send_single(
    *,
    workspace: Workspace,
    contact: Contact,
    sender: SenderNumber,
    kind: Message.Kind,
    body: str,
) -> Message:
    """Queue one message; the gate decides when it is due, within a second or two.

    Raises `ValueError` where contact or sender is of another workspace, or the kind is a
    campaign's.
    """
    if contact.workspace_id != workspace.pk or sender.workspace_id != workspace.pk:
        raise ValueError("Contact, sender and workspace belong together.")
    if kind == Message.Kind.CAMPAIGN:
        raise ValueError("A campaign's messages are made by its fan-out.")
    return Message.objects.create(
        workspace=workspace, contact=contact, sender=sender, kind=kind, body=body
    )
