"""What a carrier posts to us about a call, apart from Django's request, so that it can be kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from django.conf import settings
from django.utils import timezone

from sending.signatures import META_HEADER, matches, public_address

if TYPE_CHECKING:
    from django.http import HttpRequest

# A carrier's form has a few thousand bytes.
MOST_BYTES = 32_768
FORM = "application/x-www-form-urlencoded"


class NoForm(Exception):  # noqa: N818  said of the request
    """The request is no form, or larger than any carrier's."""


class Form(dict[str, list[str]]):
    """The fields of a form, each with all its values."""

    def getall(self, name: str) -> list[str]:
        """What Twilio's validator asks for first; of a QueryDict it is told so by an exception, for
        each field."""
        return self[name]

    def last(self, name: str) -> str:
        """The last value of a field, as a QueryDict gives; "" without it."""
        values = self.get(name)
        return values[-1] if values else ""


def parsed(body: str) -> Form:
    """The form in ``body``, read as a QueryDict reads it, which takes four times as long.

    Raises `ValueError` when it has more fields than Django would read.
    """
    form = Form()
    most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    for name, value in parse_qsl(body, keep_blank_values=True, max_num_fields=most):
        form.setdefault(name, []).append(value)
    return form


@dataclass(frozen=True)
class Incoming:
    """A form posted to ``address`` (the public one) for the carrier account with this id."""

    account_id: int
    address: str
    body: str
    signature: str
    received_at: datetime = field(default_factory=timezone.now)

    @cached_property
    def form(self) -> Form:
        """Raises `ValueError` when it has more fields than Django would read."""
        return parsed(self.body)

    def is_signed(self, auth_token: str) -> bool:
        return matches(
            address=self.address,
            form=self.form,
            signature=self.signature,
            auth_token=auth_token,
        )

    def text(self, name: str, most: int) -> str:
        """A field, cut to ``most`` characters, without what PostgreSQL cannot store."""
        return self.form.last(name).replace("\x00", "")[:most]


def read(request: HttpRequest, account_id: int) -> Incoming:
    """What ``request`` posts. Raises `NoForm`."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.content_type != FORM or not length.isdecimal() or int(length) > MOST_BYTES:
        raise NoForm
    incoming = Incoming(
        account_id=account_id,
        address=public_address(request),
        body=request.body.decode("utf-8", "replace"),
        signature=request.META.get(META_HEADER, ""),
    )
    try:
        incoming.form  # noqa: B018  read here, where it can still be refused
    except ValueError:
        raise NoForm from None
    return incoming
