"""Fan-out: turns an audience into messages, chunk by chunk, each contact exactly once.

A chunk's messages and the cursor behind them are committed together, so a crash repeats nothing and
leaves nobody out. The campaign's row is the lock: two workers never make the same chunk, and the
second does not wait but goes on to other work.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from sending.campaigns.senders import by_country
from sending.models import Campaign, Message

CHUNK = 10_000

_LOCK = """
    SELECT workspace_id, purpose_id, audience, sender_id, fanout_cursor
      FROM sending_campaign
     WHERE id = %s AND status = 'sending' AND NOT fanout_done
       FOR NO KEY UPDATE SKIP LOCKED
"""

_OF_PURPOSE = """
    SELECT contact_id AS id FROM consent_consentstate
     WHERE purpose_id = %(purpose)s AND contact_id > %(cursor)s
     ORDER BY purpose_id, contact_id LIMIT %(limit)s
"""

_OF_WORKSPACE = """
    SELECT id FROM consent_contact
     WHERE workspace_id = %(workspace)s AND id > %(cursor)s
     ORDER BY workspace_id, id LIMIT %(limit)s
"""

_MAKE = """
    WITH chunk AS MATERIALIZED ({audience}),
    made AS (
        INSERT INTO sending_message
            (workspace_id, campaign_id, contact_id, sender_id, kind, status, reason, limits_hit,
             body, attempts, sid, error_code)
        SELECT contact.workspace_id, %(campaign)s, contact.id, chosen.sender_id,
               %(kind)s, %(status)s, '', '', '', 0, '', ''
          FROM chunk
          JOIN consent_contact contact ON contact.id = chunk.id
          LEFT JOIN unnest(%(countries)s::text[], %(senders)s::bigint[])
                    AS chosen (country, sender_id) ON chosen.country = contact.country
         ORDER BY contact.id
            ON CONFLICT (contact_id, campaign_id) DO NOTHING
    )
    SELECT count(*), max(id) FROM chunk
"""

_MOVE = """
    UPDATE sending_campaign
       SET fanout_cursor = %(cursor)s,
           fanout_done = %(done)s,
           audience_size = CASE WHEN %(done)s
               THEN (SELECT count(*) FROM sending_message WHERE campaign_id = %(campaign)s)
               ELSE audience_size END
     WHERE id = %(campaign)s
"""


def fan_out_chunk(campaign_id: int, *, limit: int = CHUNK) -> bool:
    """Make the next ``limit`` messages; True when there may be more for the caller to make.

    False when the audience is through, when the campaign is not sending, or when another worker is
    at it. Messages wait (`queued`) for the metronome; nothing is sent here.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK, [campaign_id])
        row = cursor.fetchone()
        if row is None:
            return False
        campaign = Campaign(
            id=campaign_id,
            workspace_id=row[0],
            purpose_id=row[1],
            audience=row[2],
            sender_id=row[3],
        )
        reached, last = _make(cursor, campaign, after=row[4], limit=limit)
        done = reached < limit
        cursor.execute(_MOVE, {"cursor": last or row[4], "done": done, "campaign": campaign_id})
    return not done


def _make(cursor: Any, campaign: Campaign, *, after: int, limit: int) -> tuple[int, int | None]:
    """One chunk's messages: how many contacts it held, and the highest of their ids."""
    senders = by_country(campaign)
    of_purpose = campaign.audience == Campaign.Audience.PURPOSE
    cursor.execute(
        _MAKE.format(audience=_OF_PURPOSE if of_purpose else _OF_WORKSPACE),
        {
            "campaign": campaign.pk,
            "workspace": campaign.workspace_id,
            "purpose": campaign.purpose_id,
            "cursor": after,
            "limit": limit,
            "kind": Message.Kind.CAMPAIGN,
            "status": Message.Status.QUEUED,
            "countries": list(senders),
            "senders": [sender.pk for sender in senders.values()],
        },
    )
    reached, last = cursor.fetchone()
    return reached, last
