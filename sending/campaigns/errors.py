"""Refusals of the campaign services: a stable code, and a sentence for people."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Problem(TextChoices):
    """Codes; what `sending.templating.check` refuses keeps its own code beside these."""

    NAME_EMPTY = "name_empty", _("Give the campaign a name.")
    WRONG_WORKSPACE = "wrong_workspace", _("Purpose, sender and campaign are of one workspace.")
    SENDER_UNUSABLE = "sender_unusable", _("This sender was rejected or released.")
    NO_AUDIENCE = "no_audience", _("Nobody is in the audience.")
    NO_SENDER = (
        "no_sender",
        _("No country of the audience has a sender."),
    )
    TIME_PAST = "time_past", _("The time is in the past.")
    WRONG_STATUS = "wrong_status", _("The campaign's status does not allow that.")
    CHANGED = "changed", _("Somebody changed the campaign since you looked at it. Look again.")
    TOO_MANY_PREVIEWS = (
        "too_many_previews",
        _("At most ten previews go to a number within an hour, and thirty in all. Wait a while."),
    )
    NO_PHONE = "no_phone", _("Enter your own mobile number first.")


class CampaignError(Exception):
    """``code``: a `Problem` or a code of `sending.templating.check`; ``sentence``: for people."""

    def __init__(self, code: str, sentence: object = "") -> None:
        self.code = str(code)
        self.sentence = str(sentence or Problem(code).label)
        super().__init__(self.sentence)
