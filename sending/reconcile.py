"""Messages of unknown fate: ask the carrier what became of them.

That the carrier shows nothing proves nothing, so a look-up never concludes "not sent"; such a
message stays unknown, its slot spent, until a callback settles it, or a person (`by_hand`).
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from asgiref.sync import async_to_sync
from django.db import connection, transaction

from consent.locks import lock_contacts
from consent.numbering import mask
from sending.by_hand import settle_by_hand
from sending.carriers.outcome import CarrierLookupError, Found
from sending.carriers.twilio import CarrierClient
from sending.dispatch.admit import LEASE
from sending.matching import Lost, pair
from sending.models import CarrierAccount, CarrierEvent, Message
from sending.settlement import lock_message, settle
from sending.templating import BadTextError, compile_body

__all__ = ["Reconciled", "reconcile", "settle_by_hand"]

logger = logging.getLogger(__name__)

MARGIN: Final = timedelta(minutes=1)
LOOKUPS_AT_ONCE: Final = 10
_TAKEN_OVER: Final = (
    Message.Status.SENDING,
    Message.Status.ACCEPTED,
    Message.Status.SENT,
    Message.Status.DELIVERED,
    Message.Status.UNDELIVERED,
)

# Marked before it is looked up, so that two of these never look for the same message. The first
# look comes a minute after the lease, when whatever was posted has arrived; each next one when the
# message is twice as long unknown as at the last.
_TAKE = """
    UPDATE sending_message SET updated_at = clock_timestamp()
    WHERE id IN (SELECT id FROM sending_message
                 WHERE status = 'unknown' AND lease_until < clock_timestamp() - interval '1 minute'
                   AND clock_timestamp() - updated_at >= updated_at - lease_until
                 ORDER BY updated_at LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING contact_id, sender_id
"""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Conversations (one sender with one contact) that were looked up, and messages settled."""

    looked_up: int
    settled: int
    unreachable: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """One sender and one contact, with the messages of unknown fate between them."""

    account: CarrierAccount
    contact_id: int
    sender_id: int
    to: str
    sender: str
    since: datetime


def reconcile(*, limit: int = 200, lease: timedelta = LEASE) -> Reconciled:
    """Look up at most ``limit`` messages of unknown fate, and settle those without ambiguity.

    ``lease`` is how long a message may be posted after it was claimed. The network is used between
    transactions, never inside one.
    """
    conversations = _take(limit, lease)
    answers = async_to_sync(_look_up)(conversations)
    settled = 0
    for conversation, found in zip(conversations, answers, strict=True):
        if found is not None:
            settled += _settle_unambiguous(conversation, found, lease)
    return Reconciled(len(conversations), settled, answers.count(None))


def _take(limit: int, lease: timedelta) -> list[Conversation]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, [limit])
        pairs = {(row[0], row[1]) for row in cursor.fetchall() if row[1] is not None}
    unknown = (
        Message.objects.filter(
            status=Message.Status.UNKNOWN, contact_id__in={contact for contact, _ in pairs}
        )
        .select_related("contact", "sender__account")
        .order_by("lease_until")
    )
    conversations: dict[tuple[int, int], Conversation] = {}
    for message in unknown:
        between = (message.contact_id, message.sender_id or 0)
        if (
            between in pairs
            and between not in conversations
            and message.sender
            and message.lease_until
        ):
            conversations[between] = Conversation(
                account=message.sender.account,
                contact_id=message.contact_id,
                sender_id=message.sender.pk,
                to=message.contact.number,
                sender=message.sender.number,
                since=message.lease_until - lease - MARGIN,
            )
    return list(conversations.values())


async def _look_up(conversations: list[Conversation]) -> list[list[Found] | None]:
    """What the carrier has of each; None where it could not be asked."""
    answers: list[list[Found] | None] = [None] * len(conversations)
    by_account: dict[int, list[int]] = defaultdict(list)
    for position, conversation in enumerate(conversations):
        by_account[conversation.account.pk].append(position)
    for positions in by_account.values():
        account = conversations[positions[0]].account
        async with CarrierClient(
            api_url=account.api_url,
            account_sid=account.account_sid,
            auth_token=account.auth_token,
            connections=LOOKUPS_AT_ONCE,
        ) as client:

            async def ask(position: int, client: CarrierClient = client) -> None:
                one = conversations[position]
                try:
                    answers[position] = await client.find(
                        to=one.to, sender=one.sender, since=one.since
                    )
                except CarrierLookupError as error:
                    logger.warning("look-up of %s failed: %s", mask(one.to), error)

            await asyncio.gather(*(ask(position) for position in positions))
    return answers


def _settle_unambiguous(conversation: Conversation, found: list[Found], lease: timedelta) -> int:
    """Settle the messages of one conversation that ``found`` accounts for, text by text."""
    with transaction.atomic():
        now = lock_contacts([conversation.contact_id])
        messages = list(
            Message.objects.filter(
                contact_id=conversation.contact_id, sender_id=conversation.sender_id
            ).select_related("contact", "campaign")
        )
        # What was found may be one that is under way, or one that a person said went out.
        if any(message.status in _TAKEN_OVER and not message.sid for message in messages):
            return 0
        free = _unclaimed(conversation, found, messages)
        by_text: dict[str, list[Lost]] = defaultdict(list)
        for message in messages:
            if message.status == Message.Status.UNKNOWN and message.lease_until is not None:
                posted = (message.lease_until - lease - MARGIN, message.lease_until + MARGIN)
                by_text[_text(message)].append(Lost(message.pk, *posted))
        settled = 0
        for text, lost in by_text.items():
            for ours, theirs in pair(lost, [one for one in free if one.body == text]):
                locked = lock_message(ours.message_id)
                if locked is not None:
                    settled += settle(
                        locked, sid=theirs.sid, status=theirs.status, error_code="", now=now
                    )
        return settled


def _unclaimed(
    conversation: Conversation, found: list[Found], messages: list[Message]
) -> list[Found]:
    """What was found and is no other message's, by its id here or by a callback."""
    claimed = {message.sid for message in messages if message.sid} | set(
        CarrierEvent.objects.filter(
            account=conversation.account, sid__in=[one.sid for one in found]
        )
        .exclude(message_id__in=[message.pk for message in messages])
        .values_list("sid", flat=True)
    )
    return [one for one in found if one.sid not in claimed]


def _text(message: Message) -> str:
    """What was posted: the message's own text, else what its campaign says to everyone."""
    if message.body or message.campaign is None:
        return message.body
    try:
        return compile_body(message.campaign.body).render(
            first_name=message.contact.first_name, last_name=message.contact.last_name
        )
    except BadTextError:
        return ""
