"""The text of each message: the campaign's, made for its contact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sending.models import Campaign
from sending.templating import BadTextError, Template, compile_body

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sending.dispatch.claim import Claimed
    from sending.gate.load import ContactRow

__all__ = ["BadTextError", "Texts"]


class Texts:
    """The texts of a batch; each campaign's is read once."""

    def __init__(self, campaign_ids: Iterable[int]) -> None:
        bodies = Campaign.objects.filter(pk__in=set(campaign_ids)).values_list("pk", "body")
        self._templates: dict[int, Template] = {pk: compile_body(body) for pk, body in bodies}

    def body(self, message: Claimed, contact: ContactRow) -> str:
        """What to post. Raises `BadTextError` when it cannot be made for this contact."""
        if message.campaign_id is None:
            return message.body
        template = self._templates[message.campaign_id]
        return template.render(first_name=contact.first_name, last_name=contact.last_name)

    def is_personal(self, message: Claimed) -> bool:
        """Whether the text differs from the campaign's, and so is kept with the message."""
        return message.campaign_id is None or not self._templates[message.campaign_id].is_constant
