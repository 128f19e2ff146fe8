"""What the carrier posts about calls: that one comes in, and what became of it.

A carrier that gets an error reads one to the caller, so an announced call is always answered with
markup, and in time: where something is amiss, the line rings. Only who is no carrier is refused.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection
from django.http import HttpResponse, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from forwarding import calls, database, expected, incoming, reports, spool, voice
from forwarding.announcing import status_address
from forwarding.database import DatabaseAway
from forwarding.routing import route
from sending.models import CarrierAccount

if TYPE_CHECKING:
    from django.http import HttpRequest

    from forwarding.database import PunctualConnection
    from forwarding.incoming import Incoming
    from forwarding.routing import Routing

logger = logging.getLogger(__name__)
MARKUP = "text/xml; charset=utf-8"


class NotSigned(Exception):  # noqa: N818  an answer, not a fault
    """Not from the carrier of this account."""


@csrf_exempt  # The signature stands for it; a carrier has no cookie.
@require_POST
def carrier_call(request: HttpRequest, account: int) -> HttpResponse:
    """A call comes in: the markup that forwards it, or lets it ring; 403 unless signed."""
    try:
        told = incoming.read(request, account)
    except incoming.NoForm:
        return HttpResponseForbidden()
    if spool.holds(told):
        return _markup(voice.ring())
    try:
        routing = database.calls.run(lambda connection: _decide(connection, told))
    except NotSigned:
        logger.warning("call refused: no valid signature, account %s", account)
        return HttpResponseForbidden()
    except DatabaseAway:
        logger.warning("call of account %s rings: the database is away", account)
    except Exception:
        logger.exception("call of account %s rings: it could not be decided", account)
    else:
        return _markup(voice.answer(routing, status_callback=status_address(account)))
    spool.keep(spool.VOICE, told)
    return _markup(voice.ring())


def _decide(connection: PunctualConnection, told: Incoming) -> Routing:
    """Verify, decide, log. Raises `NotSigned`."""
    ringing = reports.ringing_of(told)
    usual = expected.expected(told.account_id, ringing.called) if ringing.sid else None
    if usual is not None and reports.is_of(told, usual.account_sid, usual.auth_token):
        routing = route(ringing.caller, usual.line)
        logged = expected.log_if_still(connection, found=usual, ringing=ringing, routing=routing)
        if logged is not None:
            return logged
    found = calls.look_up(connection, account_id=told.account_id, called=ringing.called)
    if found is None or not reports.is_of(told, found.account_sid, found.auth_token):
        raise NotSigned
    expected.expect(ringing.called, found)
    routing = route(ringing.caller, found.line)
    if not ringing.sid:
        # Without an id nobody can tell a repeat from another call, and so it is not forwarded.
        logger.warning("call without an id, account %s", told.account_id)
        return route("", found.line)
    return calls.log(connection, found=found, ringing=ringing, routing=routing)


@csrf_exempt
@require_POST
def carrier_call_status(request: HttpRequest, account: int) -> HttpResponse:
    """204 for whatever the carrier signed, also when it changes nothing; 403 for all else."""
    try:
        told = incoming.read(request, account)
    except incoming.NoForm:
        return HttpResponseForbidden()
    if database.calls.away:
        # Django's connection might wait for ever, and a caller for the thread that waits with it.
        spool.keep(spool.STATUS, told)
        return HttpResponse(status=204)
    try:
        known = CarrierAccount.objects.filter(pk=account).first()
        if known is None or not reports.is_of(told, known.account_sid, known.auth_token):
            logger.warning("call status refused: no valid signature, account %s", account)
            return HttpResponseForbidden()
        reports.apply(told)
    except DatabaseError:
        connection.close()
        spool.keep(spool.STATUS, told)
    return HttpResponse(status=204)


def _markup(text: str) -> HttpResponse:
    return HttpResponse(text, content_type=MARKUP)
