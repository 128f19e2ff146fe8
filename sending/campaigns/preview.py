"""A campaign's text to a member's own phone, through the same gate as everything."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Workspace
from consent.contacts import get_or_create, read_number
from consent.locks import lock_contacts
from sending.campaigns.errors import CampaignError, Problem
from sending.campaigns.senders import by_country
from sending.dispatch.single import send_single
from sending.models import Campaign, Message
from sending.templating import VARIABLES, BadTextError, compile_body

if TYPE_CHECKING:
    from accounts.models import User
    from consent.models import Contact
    from consent.numbering import Number


# Whoever says a number is theirs may be wrong: no stranger gets a flood, and changing one's number
# again and again reaches no crowd.
PREVIEWS_AN_HOUR = 10
PREVIEWS_OF_A_WORKSPACE_AN_HOUR = 30


def set_own_number(*, user: User, number: str) -> None:
    """Keep the member's own mobile number.

    Raises `CampaignError` (``no_phone``) for what is no number, or no person's.
    """
    try:
        user.phone = read_number(number).e164
    except ValidationError as error:
        raise CampaignError(Problem.NO_PHONE, error.messages[0]) from None
    user.save(update_fields=["phone"])


def send_preview(*, campaign: Campaign, user: User) -> Message:
    """Queue the text, with a sample name, for the member's own number.

    Raises `CampaignError`: ``no_phone`` without a number, ``no_sender`` when its country has none,
    ``bad_text`` when the text cannot be made, ``too_many_previews`` after ten within an hour.
    """
    if not user.phone:
        raise CampaignError(Problem.NO_PHONE)
    number = _own_number(user)
    sender = by_country(campaign).get(number.country)
    if sender is None:
        raise CampaignError(Problem.NO_SENDER, _("There is no sender for your number's country."))
    values = VARIABLES | ({"first_name": user.get_short_name()} if user.name else {})
    try:
        text = compile_body(campaign.body).render(**values)
    except BadTextError as error:
        raise CampaignError("bad_text", error.sentence) from None
    with transaction.atomic():
        contact = get_or_create(workspace=campaign.workspace, number=number)
        _refuse_too_many(contact)
        return send_single(
            workspace=campaign.workspace,
            contact=contact,
            sender=sender,
            kind=Message.Kind.PREVIEW,
            body=text,
        )


def _own_number(user: User) -> Number:
    """The account's number, which other pages may have set. Raises `CampaignError`."""
    try:
        return read_number(str(user.phone))
    except ValidationError as error:
        raise CampaignError(Problem.NO_PHONE, error.messages[0]) from None


def _refuse_too_many(contact: Contact) -> None:
    # The workspace's row counts its previews one at a time; the contact's those to a number.
    Workspace.objects.select_for_update(no_key=True).get(pk=contact.workspace_id)
    now = lock_contacts([contact.pk])
    lately = Message.objects.filter(
        workspace_id=contact.workspace_id,
        kind=Message.Kind.PREVIEW,
        created_at__gt=now - timedelta(hours=1),
    )
    if (
        lately.filter(contact=contact).count() >= PREVIEWS_AN_HOUR
        or lately.count() >= PREVIEWS_OF_A_WORKSPACE_AN_HOUR
    ):
        raise CampaignError(Problem.TOO_MANY_PREVIEWS)
