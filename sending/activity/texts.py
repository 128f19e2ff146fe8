"""The text of a message: its own once it was made, else as it would be made now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sending.models import Message
from sending.templating import BadTextError, compile_body

if TYPE_CHECKING:
    from collections.abc import Mapping

# Before these a text of its own has not been made yet, or never will be.
_NOT_MADE = (Message.Status.QUEUED, Message.Status.SKIPPED, Message.Status.CANCELLED)


def text_for(*, own: str, template: str, names: Mapping[str, str]) -> str:
    """``own``, else ``template`` made for ``names``; where that cannot be, a sentence saying so.

    ``template`` is the campaign's text, "" without a campaign; ``names`` are first and last name.
    """
    if own or not template:
        return own
    try:
        return compile_body(template).render(**names)
    except BadTextError as error:
        return _("(No text: %s)") % error.sentence
    except ValidationError as error:
        # A campaign's text is checked when it is written; a later release may allow less.
        return _("(No text: %s)") % error.messages[0]


def text_of(message: Message) -> str:
    """As `text_for`; reads the campaign and the contact of ``message``."""
    if message.body or message.campaign is None:
        return message.body
    contact = message.contact
    return text_for(
        own="",
        template=message.campaign.body,
        names={"first_name": contact.first_name, "last_name": contact.last_name},
    )


def is_foretold(message: Message) -> bool:
    """Whether `text_of` says what would be sent rather than what was."""
    return message.campaign is not None and not message.body and message.status in _NOT_MADE
