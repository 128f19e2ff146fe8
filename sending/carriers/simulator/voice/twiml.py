"""Reads TwiML, as far as this carrier can carry it out. Pure: a text in, verbs or words out.

Stricter than Twilio, which passes over much of what it does not know: what a simulator passes over
in silence fails only with the real carrier.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

# A document with a DTD is refused before it is parsed, so there is nothing to expand or to fetch.
from xml.etree.ElementTree import Element, ParseError, fromstring

LONGEST: Final = 64 * 1024
EVENTS: Final = ("initiated", "ringing", "answered", "completed")


class TwimlError(ValueError):
    """The sentence says what is wrong with the document."""


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: int


@dataclass(frozen=True, slots=True)
class Reject:
    """``reason`` is busy or rejected."""

    reason: str


@dataclass(frozen=True, slots=True)
class Hangup:
    pass


@dataclass(frozen=True, slots=True)
class Callback:
    """Where the events of a dialled leg are told, and which of `EVENTS`."""

    address: str
    method: str
    events: frozenset[str]


@dataclass(frozen=True, slots=True)
class Dial:
    """``number`` as it is written; ``caller_id`` empty: that of the caller."""

    number: str
    timeout: int
    time_limit: int
    answer_on_bridge: bool
    caller_id: str
    callback: Callback | None


Verb = Pause | Reject | Hangup | Dial


def parse(text: str, *, base: str) -> list[Verb]:
    """The verbs in their order; ``base`` is the document's own address. Raises `TwimlError`."""
    if len(text) > LONGEST:
        raise TwimlError("the document is longer than 64 kB")
    if "<!DOCTYPE" in text:
        raise TwimlError("a document type is not allowed")
    try:
        root = fromstring(text.strip())  # noqa: S314  see the import
    except (ParseError, ValueError) as error:
        raise TwimlError(f"the answer is no XML: {error}") from None
    if root.tag != "Response":
        raise TwimlError(f"the document begins with {root.tag}, not with Response")
    _no_text(root)
    return [_verb(element, base) for element in root]


def _verb(element: Element, base: str) -> Verb:
    match element.tag:
        case "Pause":
            _only(element, "length")
            return Pause(_seconds(element, "length", 1, most=None))
        case "Reject":
            _only(element, "reason")
            return Reject(_one_of(element, "reason", "rejected", "busy"))
        case "Hangup":
            _only(element)
            return Hangup()
        case "Dial":
            return _dial(element, base)
    raise TwimlError(f"this carrier does not know the verb {element.tag}")


def _dial(element: Element, base: str) -> Dial:
    known = ("answerOnBridge", "timeout", "timeLimit", "callerId")
    _only(element, *known, children=True)
    number, callback = (element.text or "").strip(), None
    if len(element) > 1 or (len(element) and number):
        raise TwimlError("Dial: this carrier dials one number at a time")
    for child in element:
        if child.tag != "Number":
            raise TwimlError(f"Dial: this carrier does not know {child.tag} there")
        _no_text_behind(child)
        number, callback = (child.text or "").strip(), _callback(child, base)
    if not number:
        raise TwimlError("Dial: no number")
    return Dial(
        number=number,
        timeout=_seconds(element, "timeout", 30, most=600),
        time_limit=_seconds(element, "timeLimit", 14_400, most=86_400),
        answer_on_bridge=_one_of(element, "answerOnBridge", "false", "true") == "true",
        caller_id=element.get("callerId", "").strip(),
        callback=callback,
    )


def _callback(element: Element, base: str) -> Callback | None:
    _only(element, "statusCallback", "statusCallbackEvent", "statusCallbackMethod", text=True)
    events = frozenset(element.get("statusCallbackEvent", "completed").split())
    unknown = events.difference(EVENTS)
    if unknown:
        raise TwimlError(f"Number: there is no event {', '.join(sorted(unknown))}")
    method = _one_of(element, "statusCallbackMethod", "POST", "GET")
    address = element.get("statusCallback", "").strip()
    return Callback(urljoin(base, address), method, events) if address else None


def _only(element: Element, *names: str, children: bool = False, text: bool = False) -> None:
    """Refuse attributes and contents that would not be carried out."""
    unknown = [name for name in element.keys() if name not in names]  # noqa: SIM118
    if unknown:
        raise TwimlError(f"{element.tag}: this carrier does not know {', '.join(unknown)}")
    if len(element) and not children:
        raise TwimlError(f"{element.tag} holds no other element")
    if (element.text or "").strip() and not (text or children):
        raise TwimlError(f"{element.tag} holds no text")


def _no_text(element: Element) -> None:
    if (element.text or "").strip():
        raise TwimlError(f"text outside a verb: {(element.text or '').strip()[:60]}")
    for child in element:
        _no_text_behind(child)


def _no_text_behind(element: Element) -> None:
    if (element.tail or "").strip():
        raise TwimlError(f"text behind {element.tag}: {(element.tail or '').strip()[:60]}")


def _seconds(element: Element, name: str, default: int, *, most: int | None) -> int:
    value = element.get(name, str(default)).strip()
    if not (value.isascii() and value.isdigit() and 0 < int(value[:12]) <= (most or 10**9)):
        raise TwimlError(f"{element.tag}: {name} must be a whole number of seconds, not {value}")
    return int(value)


def _one_of(element: Element, name: str, default: str, other: str) -> str:
    value = element.get(name, default).strip()
    if value not in {default, other}:
        raise TwimlError(f"{element.tag}: {name} is {default} or {other}, not {value}")
    return value
