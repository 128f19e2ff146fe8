"""Our addresses and one more, whose view does nothing: what server and Django cost by themselves.

The root of addresses for the server of `tests.benchmarks.bench_calls` alone.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from config import urls

PATH = "/empty/"


@csrf_exempt
def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [*urls.urlpatterns, path(PATH.removeprefix("/"), empty)]
handler403 = urls.handler403
handler404 = urls.handler404
