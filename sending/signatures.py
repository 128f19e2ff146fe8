"""Whether a request comes from the carrier: Twilio's signature over the public address."""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING

from django.conf import settings
from django.http.request import HttpHeaders
from twilio.request_validator import RequestValidator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

HEADER = "X-Twilio-Signature"
META_HEADER = HttpHeaders.to_wsgi_name(HEADER)


def public_address(request: HttpRequest) -> str:
    """The address that the carrier called, from our configuration: a Host header is anyone's."""
    query = request.META.get("QUERY_STRING", "")
    return f"{settings.PUBLIC_URL}{request.path_info}{'?' if query else ''}{query}"


def is_signed(request: HttpRequest, auth_token: str) -> bool:
    """Whether the form in ``request`` carries the signature made with ``auth_token``."""
    return matches(
        address=public_address(request),
        form=request.POST,
        signature=request.META.get(META_HEADER, ""),
        auth_token=auth_token,
    )


def matches(*, address: str, form: Mapping[str, object], signature: str, auth_token: str) -> bool:
    """Whether ``signature`` is that of ``form``, posted to ``address``, by ``auth_token``.

    Carriers disagree whether the port belongs to the address; either is right.
    """
    # An empty token would let everyone sign.
    if not signature or not auth_token:
        return False
    validator = RequestValidator(auth_token)
    # Almost always the address is signed as we gave it, and the other spellings need no computing.
    computed: str = validator.compute_signature(address, form)
    if compare_digest(computed.encode(), signature.encode()):
        return True
    return bool(validator.validate(address, form, signature))
