"""Whether a request comes from the carrier: Twilio's signature over the public address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from twilio.request_validator import RequestValidator

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict

HEADER = "X-Twilio-Signature"


def public_address(request: HttpRequest) -> str:
    """The address that the carrier called, from our configuration: a Host header is anyone's."""
    query = request.META.get("QUERY_STRING", "")
    return f"{settings.PUBLIC_URL}{request.path_info}{'?' if query else ''}{query}"


def is_signed(request: HttpRequest, auth_token: str) -> bool:
    """Whether the form in ``request`` carries the signature made with ``auth_token``."""
    return matches(
        address=public_address(request),
        form=request.POST,
        signature=request.headers.get(HEADER, ""),
        auth_token=auth_token,
    )


def matches(*, address: str, form: QueryDict, signature: str, auth_token: str) -> bool:
    """Whether ``signature`` is that of ``form``, posted to ``address``, by ``auth_token``."""
    # An empty token would let everyone sign.
    if not signature or not auth_token:
        return False
    return bool(RequestValidator(auth_token).validate(address, form, signature))
