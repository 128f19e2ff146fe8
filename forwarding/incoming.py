"""What a carrier posts to us about a call, apart from Django's request, so that it can be kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from django.http import QueryDict
from django.utils import timezone

from sending.signatures import HEADER, matches, public_address

if TYPE_CHECKING:
    from django.http import HttpRequest

# A carrier's form has a few thousand bytes.
MOST_BYTES = 32_768
FORM = "application/x-www-form-urlencoded"


class NoForm(Exception):  # noqa: N818  said of the request
    """The request is no form, or larger than any carrier's."""


@dataclass(frozen=True)
class Incoming:
    """A form posted to ``address`` (the public one) for the carrier account with this id."""

    account_id: int
    address: str
    body: str
    signature: str
    received_at: datetime = field(default_factory=timezone.now)

    @cached_property
    def form(self) -> QueryDict:
        return QueryDict(self.body)

    def is_signed(self, auth_token: str) -> bool:
        return matches(
            address=self.address,
            form=self.form,
            signature=self.signature,
            auth_token=auth_token,
        )

    def text(self, name: str, most: int) -> str:
        """A field, cut to ``most`` characters, without what PostgreSQL cannot store."""
        return str(self.form.get(name, "")).replace("\x00", "")[:most]


def read(request: HttpRequest, account_id: int) -> Incoming:
    """What ``request`` posts. Raises `NoForm`."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.content_type != FORM or not length.isdecimal() or int(length) > MOST_BYTES:
        raise NoForm
    return Incoming(
        account_id=account_id,
        address=public_address(request),
        body=request.body.decode("utf-8", "replace"),
        signature=request.headers.get(HEADER, ""),
    )
