"""What the carrier tells us: status callbacks."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.http import HttpResponse, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from consent.locks import lock_contacts
from consent.numbering import mask
from sending.models import CarrierAccount, Message
from sending.settlement import lock_message, settle
from sending.signatures import is_signed

if TYPE_CHECKING:
    from django.http import HttpRequest

logger = logging.getLogger(__name__)

# One statement: of two equal callbacks at once, one is stored and the other is a repeat.
_STORE_ONCE = """
    INSERT INTO sending_carrierevent (account_id, message_id, sid, status, error_code, applied)
    VALUES (%s, %s, %s, %s, %s, FALSE)
    ON CONFLICT (account_id, sid, status) DO NOTHING
    RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Callback:
    """One status callback, its signature verified; the fields as the carrier named them."""

    message_id: int
    account_sid: str
    to: str
    sid: str
    status: str
    error_code: str


@csrf_exempt  # The signature stands for it; a carrier has no cookie.
@require_POST
def carrier_status(request: HttpRequest, account: int, message: int) -> HttpResponse:
    """204 for whatever the carrier signed, also when it changes nothing; 403 for all else."""
    known = CarrierAccount.objects.filter(pk=account).first()
    if known is None or not is_signed(request, known.auth_token):
        logger.warning("status callback refused: no valid signature, account %s", account)
        return HttpResponseForbidden()
    form = request.POST
    callback = Callback(
        message_id=message,
        account_sid=form.get("AccountSid", ""),
        to=form.get("To", ""),
        sid=form.get("MessageSid", "")[:64],
        status=form.get("MessageStatus", "")[:30],
        error_code=form.get("ErrorCode", "")[:30],
    )
    if callback.sid and callback.status and callback.account_sid == known.account_sid:
        apply_callback(account=known, callback=callback)
    else:
        logger.warning("status callback ignored: account or message id missing or another's")
    return HttpResponse(status=204)


def apply_callback(*, account: CarrierAccount, callback: Callback) -> bool:
    """Store a callback once and let it move its message forward; False when it moves nothing."""
    with transaction.atomic():
        message = (
            Message.objects.select_related("contact")
            .filter(pk=callback.message_id, workspace=account.workspace_id)
            .first()
        )
        if message is None or message.contact.number != callback.to:
            logger.warning("status callback of account %s: not its message", account.pk)
            _store_once(account, callback)
            return False
        now = lock_contacts([message.contact_id])
        event = _store_once(account, callback)
        if event is None:
            return False
        locked = lock_message(message.pk)
        moved = locked is not None and settle(
            locked,
            sid=callback.sid,
            status=callback.status,
            error_code=callback.error_code,
            now=now,
        )
        if moved:
            _mark_applied(event)
        else:
            logger.info("callback %s to %s came late", callback.status, mask(callback.to))
        return moved


def _store_once(account: CarrierAccount, callback: Callback) -> int | None:
    """The id of the new event; None for a repeat."""
    with connection.cursor() as cursor:
        cursor.execute(
            _STORE_ONCE,
            [
                account.pk,
                callback.message_id,
                callback.sid,
                callback.status,
                callback.error_code,
            ],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _mark_applied(event: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sending_carrierevent SET applied = TRUE WHERE id = %s", [event])
