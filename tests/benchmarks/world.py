"""A workspace of any size with one campaign about to go out, written straight into the tables."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from accounts.models import Membership, User, Workspace
from accounts.roles import Role
from consent.models import Purpose
from consent.numbering import NumberKind, area_codes
from sending.models import Campaign, CarrierAccount, SenderNumber, SenderPreferences


@dataclass
class World:
    workspace: Workspace
    purpose: Purpose
    sender: SenderNumber
    campaign: Campaign


_CONTACTS = """
    INSERT INTO consent_contact
        (workspace_id, number, first_name, last_name, country, state, area_code, opted_out_at)
    SELECT %(workspace)s,
           '+1' || place.code || (2000000 + i / %(codes)s),
           'Name' || i, 'Surname', 'US', place.state, place.code,
           CASE WHEN i %% 50 = 0 AND NOT %(clean)s THEN now() END
    FROM generate_series(0, %(count)s - 1) AS i
    JOIN unnest(%(places)s::text[], %(states)s::text[]) WITH ORDINALITY
         AS place (code, state, position) ON place.position = i %% %(codes)s + 1
    ORDER BY i
"""
_RECORDS = """
    INSERT INTO consent_consentrecord
        (workspace_id, contact_id, purpose_id, kind, source, occurred_at, wording_text, answer,
         collector, place, detail, proof, proof_sha256)
    SELECT workspace_id, id, %(purpose)s, 'opt_in', 'web_form', now() - interval '30 days', '',
           'yes', 'Shop', '', '', '', ''
    FROM consent_contact
    WHERE workspace_id = %(workspace)s AND (id %% 20 <> 0 OR %(clean)s) ORDER BY id
"""
_STATES = """
    INSERT INTO consent_consentstate
        (workspace_id, contact_id, purpose_id, status, opted_in_at, record_id)
    SELECT record.workspace_id, record.contact_id, record.purpose_id,
           CASE WHEN contact.opted_out_at IS NULL THEN 'opted_in' ELSE 'opted_out' END,
           record.occurred_at, record.id
    FROM consent_consentrecord record JOIN consent_contact contact ON contact.id = contact_id
    WHERE record.workspace_id = %(workspace)s ORDER BY contact_id
"""
# A third had a message two days ago, a tenth three of them today.
_WINDOWS = """
    INSERT INTO sending_frequencywindow (contact_id, sent_1, sent_2, sent_3)
    SELECT id,
           now() - CASE WHEN id %% 10 = 0 THEN interval '30 hours' ELSE interval '50 hours' END,
           CASE WHEN id %% 10 = 0 THEN now() - interval '40 hours' END,
           CASE WHEN id %% 10 = 0 THEN now() - interval '50 hours' END
    FROM consent_contact WHERE workspace_id = %(workspace)s AND id %% 3 = 0 AND NOT %(clean)s
"""
_MESSAGES = """
    INSERT INTO sending_message
        (workspace_id, campaign_id, contact_id, sender_id, kind, status, reason, limits_hit, body,
         attempts, sid, error_code)
    SELECT workspace_id, %(campaign)s, id, %(sender)s, 'campaign', 'queued', '', '', '', 0, '', ''
    FROM consent_contact WHERE workspace_id = %(workspace)s ORDER BY id
"""


def build(
    *,
    slug: str,
    contacts: int,
    api_url: str = "http://127.0.0.1:9",
    queue: bool = True,
    smart_sending: bool = True,
    clean: bool = False,
) -> World:
    """``contacts`` numbers all over the United States, one in twenty without consent, one in
    fifty opted out; with ``queue`` each has a message waiting in a campaign that is being sent.
    ``clean``: all opted in and without a history.
    """
    with transaction.atomic():
        workspace = Workspace.objects.create(slug=slug, name=slug.title())
        owner, _ = User.objects.get_or_create(email="owner@bench.example")
        Membership.objects.create(workspace=workspace, user=owner, role=Role.OWNER)
    account = CarrierAccount.objects.create(
        workspace=workspace,
        name="Simulator",
        api_url=api_url,
        account_sid="AC" + "a" * 32,
        auth_token="12345",
    )
    sender = SenderNumber.objects.create(
        workspace=workspace,
        account=account,
        number=f"+1888555{workspace.pk:04d}",
        kind=SenderNumber.Kind.TOLL_FREE,
        verification=SenderNumber.Verification.VERIFIED,
        rate=Decimal(100_000),
    )
    SenderPreferences.objects.update_or_create(
        workspace=workspace, defaults={"us_sender": sender, "smart_sending": smart_sending}
    )
    purpose = Purpose.objects.create(workspace=workspace, name="Offers")
    campaign = Campaign.objects.create(
        workspace=workspace,
        purpose=purpose,
        name="Spring",
        body="Spring sale: 20% off until Sunday. Reply STOP to stop.",
        audience=Campaign.Audience.WORKSPACE,
    )
    places = [
        area
        for area in area_codes().values()
        if area.kind is NumberKind.GEOGRAPHIC and area.country == "US" and area.in_service
    ]
    values: dict[str, Any] = {
        "workspace": workspace.pk,
        "purpose": purpose.pk,
        "campaign": campaign.pk,
        "sender": sender.pk,
        "count": contacts,
        "clean": clean,
        "codes": len(places),
        "places": [area.code for area in places],
        "states": [area.state for area in places],
    }
    with transaction.atomic(), connection.cursor() as cursor:
        # The rows are right by construction; checking each again would take most of the time.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in (_CONTACTS, _RECORDS, _STATES, _WINDOWS):
            cursor.execute(statement, values)
        if queue:
            cursor.execute(_MESSAGES, values)
    if queue:
        Campaign.objects.filter(pk=campaign.pk).update(
            status=Campaign.Status.SENDING, fanout_done=True
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    campaign.refresh_from_db()
    return World(workspace, purpose, sender, campaign)
