"""Personal texts: a small, closed part of Liquid.

A text may print the variables below, choose with ``if``, ``unless`` and ``case``, and use the few
filters below. Nothing in it can repeat or multiply text, read other data, or tell the time, so the
length of what comes out is bounded and the same contact always gets the same text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from liquid import BoundTemplate, Environment, StrictUndefined
from liquid.exceptions import LiquidError

from sending.models.campaign import MAX_BODY

# Name of each variable, with the value that a made-up contact shows in a preview.
VARIABLES: dict[str, str] = {"first_name": "Maria", "last_name": "Okafor"}

TAGS = frozenset({"if", "unless", "case", "comment", "#"})
# Not tags that anyone writes: how the parser calls text, {{ }} and what it cannot place.
_PARTS = frozenset({"content", "output", "illegal"})
_INNER_TAGS = frozenset({"elsif", "else", "when", "endif", "endunless", "endcase", "endcomment"})
# No `replace`: chained, it multiplies. No `date`: "now" would make a text differ by the clock.
FILTERS = frozenset(
    {
        "append",
        "capitalize",
        "default",
        "downcase",
        "lstrip",
        "prepend",
        "remove",
        "rstrip",
        "strip",
        "truncate",
        "upcase",
    }
)
_TAG = re.compile(r"\{%-?\s*(#|\w+)")


class _Environment(Environment):
    # Bounds should a later version of the closed set ever loop; a text is far below all of them.
    loop_iteration_limit = 1_000
    output_stream_limit = 20_000
    local_namespace_limit = 20_000
    block_nesting_limit = 20


class BadTextError(ValueError):
    """The text cannot be made for one contact; ``sentence`` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Template:
    """A checked text. ``is_constant``: it reads the same for every contact."""

    is_constant: bool
    _constant: str
    _liquid: BoundTemplate | None

    def render(self, *, first_name: str = "", last_name: str = "") -> str:
        """The text for one contact, never shortened.

        Raises `BadTextError` when it comes out empty or longer than a message may be.
        """
        if self._liquid is None:
            return _fit(self._constant)
        values = {"first_name": first_name, "last_name": last_name}
        try:
            return _fit(self._liquid.render(values))
        except LiquidError as error:
            raise BadTextError(_("The text cannot be made: %s") % error.message) from None


def check(body: str) -> None:
    """Refuse a text that could not be sent.

    Raises `ValidationError` with one sentence and a code: ``text_empty``, ``text_too_long``,
    ``text_tag``, ``text_syntax``, ``text_filter`` or ``text_variable``.
    """
    if not body.strip():
        raise ValidationError(_("Write a text."), code="text_empty")
    if len(body) > MAX_BODY:
        raise ValidationError(
            _("The text has %(length)s characters; a message holds at most %(limit)s."),
            code="text_too_long",
            params={"length": f"{len(body):,}", "limit": f"{MAX_BODY:,}"},
        )
    _examine(body)


@lru_cache(maxsize=512)
def compile_body(body: str) -> Template:
    """The template of a text, kept for the next call. Raises `ValidationError` like `check`."""
    check(body)
    liquid = _parse(body)
    if liquid.analyze().variables:
        return Template(is_constant=False, _constant="", _liquid=liquid)
    return Template(is_constant=True, _constant=liquid.render(), _liquid=None)


def _fit(text: str) -> str:
    if not text.strip():
        raise BadTextError(_("The text comes out empty."))
    if len(text) > MAX_BODY:
        raise BadTextError(
            _("The text comes out at %(length)s characters; a message holds at most %(limit)s.")
            % {"length": f"{len(text):,}", "limit": f"{MAX_BODY:,}"}
        )
    return text


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = _Environment(undefined=StrictUndefined, autoescape=False)
    for name in set(environment.tags) - TAGS - _PARTS:
        del environment.tags[name]
    for name in set(environment.filters) - FILTERS:
        del environment.filters[name]
    return environment


def _parse(body: str) -> BoundTemplate:
    try:
        return _environment().from_string(body)
    except LiquidError as error:
        raise ValidationError(
            _("Line %(line)s, character %(column)s: %(problem)s."),
            code="text_syntax",
            params={**_position(error, body), "problem": _plain(error)},
        ) from None


def _position(error: LiquidError, body: str) -> dict[str, int]:
    index = error.token.start_index if error.token is not None else -1
    before = body[:index] if index >= 0 else body.rstrip()
    return {"line": before.count("\n") + 1, "column": len(before) - (before.rfind("\n") + 1) + 1}


def _plain(error: LiquidError) -> str:
    return str(error.message).rstrip(".").replace("end of expression", "the end")


def _examine(body: str) -> None:
    """Refuse what is written correctly and still may not be used."""
    for tag in _TAG.findall(body):
        if tag not in TAGS | _INNER_TAGS:
            raise ValidationError(
                _("The tag %(tag)s cannot be used in a text; these can: %(known)s."),
                code="text_tag",
                params={"tag": tag, "known": ", ".join(sorted(TAGS - {"#"}))},
            )
    liquid = _parse(body)
    found = liquid.analyze()
    for name in found.filters:
        if name not in FILTERS:
            raise ValidationError(
                _("There is no filter %(name)s; these can be used: %(known)s."),
                code="text_filter",
                params={"name": name, "known": ", ".join(sorted(FILTERS))},
            )
    for name in (str(variable) for used in found.variables.values() for variable in used):
        if name not in VARIABLES:
            raise ValidationError(
                _("There is no variable %(name)s; these can be used: %(known)s."),
                code="text_variable",
                params={"name": name, "known": ", ".join(VARIABLES)},
            )
    _try_out(liquid, body)


def _try_out(liquid: BoundTemplate, body: str) -> None:
    """What only shows when it runs, such as a filter with too few arguments."""
    for values in (VARIABLES, dict.fromkeys(VARIABLES, "")):
        try:
            liquid.render(values)
        except LiquidError as error:
            raise ValidationError(
                _("Line %(line)s, character %(column)s: %(problem)s."),
                code="text_syntax",
                params={**_position(error, body), "problem": _plain(error)},
            ) from None
