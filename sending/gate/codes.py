"""The gate's verdicts: a stable code, and the sentence that people read."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Code(TextChoices):
    """In the order of the gate's rules, of which the last is: what is unknown refuses."""

    ALLOWED = "allowed", _("May go.")
    NOT_TEXTABLE = "not_textable", _("Not a number that can receive texts.")
    NO_SENDER = "no_sender", _("The workspace has no sender for this country.")
    OPTED_OUT = "opted_out", _("Opted out.")
    NO_CONSENT = "no_consent", _("No consent to this purpose.")
    SMART_SENDING = "smart_sending", _("Smart Sending: the last promotional message is too recent.")
    STATE_LAW = "state_law", _("State law: three promotional messages in the last 24 hours.")
    UNKNOWN_FACT = "unknown_fact", _("Something needed for the decision is unknown.")
    # Decided after the gate, when the text is made for this contact.
    BAD_TEXT = "bad_text", _("The text cannot be made for this contact.")


def sentence(code: str) -> str:
    """The sentence for a code of the gate; the code itself where it is none."""
    try:
        return str(Code(code).label)
    except ValueError:
        return code
