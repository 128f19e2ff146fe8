"""Does this carrier account work? One harmless request, and a plain answer."""

from __future__ import annotations

import asyncio
import json

import aiohttp
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

TIMEOUT = 10.0


class Probe(TextChoices):
    WORKS = "works", _("It works: the carrier knows this account and its secret.")
    WRONG_SECRET = "wrong_secret", _("The carrier refuses the SID or the secret.")
    NO_SUCH_ACCOUNT = "no_such_account", _("The carrier does not know this account SID.")
    NOT_A_CARRIER = (
        "not_a_carrier",
        _("Something answers at this address, but not as a carrier does. Check the API address."),
    )
    UNREACHABLE = "unreachable", _("Nothing answers at this address. Check the API address.")
    TIMED_OUT = "timed_out", _("The carrier did not answer in time. Try again in a minute.")
    TROUBLE = "trouble", _("The carrier answers, but has trouble of its own. Try again later.")
    BUSY = "busy", _("The carrier knows this account, but asks for a pause. Try again in a minute.")


def probe(*, api_url: str, account_sid: str, auth_token: str, timeout: float = TIMEOUT) -> Probe:
    """Ask for one row of the account's message list; sends nothing and changes nothing.

    Call it outside of a transaction: it waits for the network, ``timeout`` seconds at most.
    """
    return asyncio.run(_ask(api_url, account_sid, auth_token, timeout))


async def _ask(api_url: str, account_sid: str, auth_token: str, timeout: float) -> Probe:
    address = f"{api_url.rstrip('/')}/2010-04-01/Accounts/{account_sid}/Messages.json"
    try:
        async with (
            aiohttp.ClientSession(
                headers={"Authorization": aiohttp.encode_basic_auth(account_sid, auth_token)},
                timeout=aiohttp.ClientTimeout(total=timeout),
            ) as session,
            # A redirect could take the secret elsewhere.
            session.get(address, params={"PageSize": "1"}, allow_redirects=False) as answer,
        ):
            return _meaning(answer.status, await answer.content.read(65_536))
    except TimeoutError:
        return Probe.TIMED_OUT
    except (aiohttp.ClientError, OSError, ValueError):
        return Probe.UNREACHABLE


def _meaning(status: int, body: bytes) -> Probe:
    if status in (401, 403):
        return Probe.WRONG_SECRET
    if status == 429:
        return Probe.BUSY
    if status >= 500:
        return Probe.TROUBLE
    try:
        answer = json.loads(body)
    except ValueError:
        return Probe.NOT_A_CARRIER
    if status == 200 and isinstance(answer, dict) and "messages" in answer:
        return Probe.WORKS
    if status == 404 and isinstance(answer, dict) and "code" in answer:
        return Probe.NO_SUCH_ACCOUNT
    return Probe.NOT_A_CARRIER
