"""What must not go any more, of what a worker has in hand but has not posted yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from sending.dispatch.arrays import numbers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sending.dispatch.admit import Posting

# The gate saw consent a moment ago; only an opt-out since then can have changed that.
_HALTED = """
    SELECT message.id
    FROM sending_message message
    JOIN consent_contact contact ON contact.id = message.contact_id
    LEFT JOIN sending_campaign campaign ON campaign.id = message.campaign_id
    LEFT JOIN consent_consentstate state
           ON state.purpose_id = campaign.purpose_id AND state.contact_id = message.contact_id
    WHERE message.id = ANY(%s::bigint[])
      AND (campaign.status <> 'sending'
           OR (campaign.id IS NOT NULL AND state.status IS DISTINCT FROM 'opted_in')
           OR (campaign.id IS NULL AND contact.opted_out_at IS NOT NULL))
"""


def halted(waiting: Iterable[Posting]) -> set[int]:
    """The message ids among ``waiting`` whose campaign was halted or whose contact opted out."""
    with connection.cursor() as cursor:
        cursor.execute(_HALTED, [numbers(one.message_id for one in waiting)])
        return {row[0] for row in cursor.fetchall()}
