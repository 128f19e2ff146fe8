"""Carrier codes in words for people, and the codes of our own for what is tried again."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Codes of `TryLater`: the carrier certainly did not take the message over.
RATE_LIMITED: Final = "rate_limited"
NOT_CONNECTED: Final = "not_connected"
ACCOUNT_REJECTED: Final = "account_rejected"

# Meanings as in the carrier's dictionary of errors; its texts may change, the codes do not.
_SENTENCES: Final[dict[str, str | Promise]] = {
    RATE_LIMITED: gettext_lazy("The carrier asked for a slower pace; tried again later."),
    NOT_CONNECTED: gettext_lazy("The carrier could not be reached; tried again later."),
    ACCOUNT_REJECTED: gettext_lazy(
        "The carrier rejects the account: check the account SID and the auth token. "
        "Nothing is lost; messages wait."
    ),
    "20003": gettext_lazy("The carrier rejects the account SID or the auth token."),
    "20404": gettext_lazy("The carrier does not know this account."),
    "20429": gettext_lazy("The carrier asked for a slower pace."),
    "21211": gettext_lazy("Not a number that the carrier can reach."),
    "21212": gettext_lazy("The sender is not a number that the carrier knows."),
    "21266": gettext_lazy("Sender and recipient are the same number."),
    "21408": gettext_lazy("The account may not send to this country."),
    "21602": gettext_lazy("The message has no text."),
    "21603": gettext_lazy("The message has no sender."),
    "21604": gettext_lazy("The message has no recipient."),
    "21606": gettext_lazy("The sender cannot send texts from this account."),
    "21609": gettext_lazy("The carrier cannot call back the public address of this installation."),
    "21610": gettext_lazy("The recipient opted out at the carrier."),
    "21611": gettext_lazy("The sender's queue at the carrier is full."),
    "21612": gettext_lazy("This sender cannot reach this recipient."),
    "21614": gettext_lazy("Not a mobile number."),
    "21617": gettext_lazy("The text is longer than 1,600 characters."),
    "21635": gettext_lazy("A landline, which cannot receive texts."),
    "30001": gettext_lazy("Waited too long in the sender's queue at the carrier."),
    "30002": gettext_lazy("The carrier account is suspended."),
    "30003": gettext_lazy("The phone cannot be reached: switched off or out of coverage."),
    "30004": gettext_lazy("Blocked by the recipient or the recipient's network."),
    "30005": gettext_lazy("The number is unknown or no longer in use."),
    "30006": gettext_lazy("A landline, or a network that cannot be reached."),
    "30007": gettext_lazy("Filtered by the carrier as unwanted; have the text reviewed."),
    "30008": gettext_lazy("Not delivered; the network gave no reason."),
    "30032": gettext_lazy("The toll-free sender is not verified."),
    "30034": gettext_lazy("The sender is not registered for 10DLC."),
    "30610": gettext_lazy("Quiet hours at the carrier."),
    "30640": gettext_lazy("On the carrier's list of known litigators."),
}


def describe(code: str) -> str:
    """The sentence for a carrier code (or one of ours); "" for "", and never an error."""
    if not code:
        return ""
    sentence = _SENTENCES.get(code)
    return str(sentence) if sentence else _("Refused by the carrier with code %s.") % code
