"""``/healthz``: whether this process can do its work. For load balancers and for `up`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

PATH = "/healthz"


class HealthMiddleware:
    """Answers before everything else: probes come without TLS and with a host name of their own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return _health() if request.path == PATH else self.get_response(request)


def _health() -> HttpResponse:
    """200 when the database answers, else 503; says nothing that a stranger may not know."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()
        return JsonResponse({"database": "down"}, status=503)
    return JsonResponse({"database": "up"})
