"""A campaign's text to a member's own phone, through the same gate as everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from consent.contacts import get_or_create
from consent.numbering import NumberError, parse
from sending.campaigns.errors import CampaignError, Problem
from sending.campaigns.senders import by_country
from sending.dispatch.single import send_single
from sending.models import Campaign, Message
from sending.templating import VARIABLES, BadTextError, compile_body

if TYPE_CHECKING:
    from accounts.models import User


def set_own_number(*, user: User, number: str) -> None:
    """Keep the member's own mobile number. Raises `CampaignError` (``no_phone``) for no number."""
    try:
        user.phone = parse(number).e164
    except NumberError:
        raise CampaignError(
            Problem.NO_PHONE, _("This is not a number. Write it with its country, +12395550123.")
        ) from None
    user.save(update_fields=["phone"])


def send_preview(*, campaign: Campaign, user: User) -> Message:
    """Queue the text, with a sample name, for the member's own number.

    Raises `CampaignError`: ``no_phone`` without a number, ``no_sender`` when its country has none,
    ``bad_text`` when the text cannot be made.
    """
    if not user.phone:
        raise CampaignError(Problem.NO_PHONE)
    number = parse(str(user.phone))
    sender = by_country(campaign).get(number.country)
    if sender is None:
        raise CampaignError(Problem.NO_SENDER, _("There is no sender for your number's country."))
    values = VARIABLES | ({"first_name": user.get_short_name()} if user.name else {})
    try:
        text = compile_body(campaign.body).render(**values)
    except BadTextError as error:
        raise CampaignError("bad_text", error.sentence) from None
    with transaction.atomic():
        try:
            contact = get_or_create(workspace=campaign.workspace, number=number)
        except ValidationError as error:
            raise CampaignError(Problem.NO_PHONE, error.messages[0]) from None
        return send_single(
            workspace=campaign.workspace,
            contact=contact,
            sender=sender,
            kind=Message.Kind.PREVIEW,
            body=text,
        )
