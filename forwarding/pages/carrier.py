"""Whether the carrier announces a number's calls here: asked by the page while it is being told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.current import user_may
from accounts.guard import demand, requires_on
from accounts.roles import Capability
from accounts.workers import wake
from forwarding import announcing
from forwarding.pages.lines import line_of
from forwarding.pages.views import EDITING, FRAGMENT, back, in_dialog, sender_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from sending.models import SenderNumber


@requires_on(sender_of, Capability.READ)
@require_http_methods(["GET", "HEAD", "POST"])
def carrier(request: HttpRequest, sender: SenderNumber) -> HttpResponse:
    """The line about the carrier; posted to, it has the carrier told now."""
    line = line_of(sender)
    if request.method == "POST":
        demand(request, EDITING)
        if line.rule is not None:
            announcing.try_now(line.rule)
            wake("forwarding.announce")
    if not in_dialog(request):
        return redirect(back())
    context = {
        "line": line_of(sender),
        "may_forward": user_may(request, EDITING),
        # The row's label follows, which may say that calls are not forwarded.
        "out_of_band": True,
    }
    answer = render(request, "forwarding/_carrier.html", context)
    answer.headers[FRAGMENT] = "carrier"
    return answer
