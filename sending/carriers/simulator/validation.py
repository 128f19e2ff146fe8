"""What Twilio would say to a form that asks it to send. Pure: a form in, a problem or none out."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Final

MAX_BODY: Final = 1600
E164: Final = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_SENDER = re.compile(r"\+[1-9]\d{6,14}|\d{5,6}", re.ASCII)
ADDRESS: Final = re.compile(r"https?://[^\s/?#]+[^\s]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal: the HTTP status, Twilio's code, and its sentence."""

    status: int
    code: int
    message: str


# The refusals that can be asked for by code, with their HTTP status and sentence.
SENTENCES: Final[dict[int, tuple[int, str]]] = {
    20001: (400, "Invalid parameter"),
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    21211: (400, "The 'To' number {to} is not a valid phone number."),
    21212: (400, "The 'From' number {sender} is not a valid phone number."),
    21266: (400, "'To' and 'From' number cannot be the same"),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (400, "The 'From' number {sender} is not owned by your account."),
    21609: (400, "The 'StatusCallback' URL is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (400, "This 'From' number has exceeded the maximum number of queued messages"),
    21612: (400, "The 'To' number is not reachable via SMS"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21635: (400, "'To' number cannot be a landline"),
    30034: (400, "Message from an unregistered number"),
}


def problem(code: int, *, to: str = "", sender: str = "") -> Problem:
    """The refusal with this code, as Twilio words it; 400 for a code without a sentence here."""
    status, sentence = SENTENCES.get(code, (400, f"Error {code}"))
    return Problem(status, code, sentence.format(to=to, sender=sender))


def check(
    form: dict[str, str], *, opted_out: Container[str], owned: Container[str] | None
) -> Problem | None:
    """The first thing Twilio would object to; ``owned`` None: every sender is the account's."""
    to, sender, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
    code = 0
    if not to:
        code = 21604
    elif not sender:
        code = 21603
    elif not body:
        code = 21602
    elif not E164.fullmatch(to):
        code = 21211
    elif not _SENDER.fullmatch(sender):
        code = 21212
    elif owned is not None and sender not in owned:
        code = 21606
    elif to == sender:
        code = 21266
    elif len(body) > MAX_BODY:
        code = 21617
    elif "StatusCallback" in form and not ADDRESS.fullmatch(form["StatusCallback"]):
        code = 21609
    elif to in opted_out:
        code = 21610
    return problem(code, to=to, sender=sender) if code else None
