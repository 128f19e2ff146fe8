"""Whether a request comes from the carrier: Twilio's signature over the public address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from twilio.request_validator import RequestValidator

if TYPE_CHECKING:
    from django.http import HttpRequest


def public_address(request: HttpRequest) -> str:
    """The address that the carrier called, from our configuration: a Host header is anyone's."""
    query = request.META.get("QUERY_STRING", "")
    return f"{settings.PUBLIC_URL}{request.path_info}{'?' if query else ''}{query}"


def is_signed(request: HttpRequest, auth_token: str) -> bool:
    """Whether the form in ``request`` carries the signature made with ``auth_token``."""
    signature = request.headers.get("X-Twilio-Signature", "")
    # An empty token would let everyone sign.
    if not signature or not auth_token:
        return False
    validator = RequestValidator(auth_token)
    return bool(validator.validate(public_address(request), request.POST, signature))
