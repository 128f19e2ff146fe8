"""``/healthz`` and ``/healthz/dispatch``: whether this process, and the sending, can do their work.

For load balancers and `up` the first, whose status tells of this web server and its database alone:
no web server should be taken out of service because a worker is missing. For monitoring the second,
whose status tells of beat, broker and workers too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse

from sending import heartbeat

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

PATH = "/healthz"
DISPATCH_PATH = "/healthz/dispatch"


class HealthMiddleware:
    """Answers before everything else: probes come without TLS and with a host name of their own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path not in {PATH, DISPATCH_PATH}:
            return self.get_response(request)
        return _health(dispatch_counts=request.path == DISPATCH_PATH)


def _health(*, dispatch_counts: bool) -> HttpResponse:
    """200 when well, else 503; says nothing that a stranger may not know.

    ``dispatch_seconds`` is how long ago a worker last took up a beat, null if never.
    """
    try:
        seconds = heartbeat.age()
    except DatabaseError:
        connection.close()
        return JsonResponse({"database": "down"}, status=503)
    well = seconds is not None and seconds <= heartbeat.LATE_AFTER
    found: dict[str, Any] = {
        "database": "up",
        "dispatch": "up" if well else "late",
        "dispatch_seconds": None if seconds is None else round(seconds, 1),
    }
    return JsonResponse(found, status=503 if dispatch_counts and not well else 200)
