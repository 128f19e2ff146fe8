"""The short way for carriers: a caller hears nothing while the page's machinery runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import Resolver404, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

PREFIX = "/carrier/call/"
URLS = "forwarding.carrier_urls"


class CarrierMiddleware:
    """Answers what carriers post about calls without what stands behind it in the list.

    Sessions, users, languages, workspaces and messages are of no use to a carrier, whose signature
    is its only key, and cost more than deciding the call. What protects a request, such as the
    redirect to https, stands before it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        try:
            match = resolve(request.path_info, URLS)
        except Resolver404:
            return self.get_response(request)
        request.resolver_match = match
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        # As CommonMiddleware does: without it the connection could not be kept.
        response.headers.setdefault("Content-Length", str(len(response.content)))
        return response
