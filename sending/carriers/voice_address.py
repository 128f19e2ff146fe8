"""Telling the carrier where to announce the calls of one of our numbers.

Twilio's IncomingPhoneNumbers API (twilio_api_v2010.json): the number is looked up, then its voice
address set. Both may be done any number of times.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

TIMEOUT = 10.0


class Told(TextChoices):
    """`DONE`, or why the carrier does not announce calls to us; each with a sentence."""

    DONE = "done", _("The carrier sends calls here.")
    NO_SUCH_NUMBER = "no_such_number", _("The carrier account does not have this number.")
    USED_OTHERWISE = (
        "used_otherwise",
        _("At the carrier the number belongs to an application or a trunk. Take it out there."),
    )
    WRONG_SECRET = "wrong_secret", _("The carrier refuses the account's SID or secret.")
    REFUSED = "refused", _("The carrier refuses the address that calls should go to.")
    NOT_A_CARRIER = (
        "not_a_carrier",
        _("Something answers at the account's API address, but not as a carrier does."),
    )
    UNREACHABLE = "unreachable", _("Nothing answers at the account's API address.")
    TIMED_OUT = "timed_out", _("The carrier did not answer in time.")
    TROUBLE = "trouble", _("The carrier answers, but has trouble of its own.")


class _Stop(Exception):  # noqa: N818  carries an answer
    def __init__(self, told: Told) -> None:
        super().__init__(told)
        self.told = told


def tell(
    *,
    api_url: str,
    account_sid: str,
    auth_token: str,
    number: str,
    voice_url: str,
    status_url: str,
    timeout: float = TIMEOUT,
) -> Told:
    """Have calls of ``number`` (E.164) announced at ``voice_url``, their ends at ``status_url``.

    Call it outside of a transaction: it waits for the network, ``timeout`` seconds at most.
    """
    address = f"{api_url.rstrip('/')}/2010-04-01/Accounts/{account_sid}/IncomingPhoneNumbers"
    wanted = {
        "VoiceUrl": voice_url,
        "VoiceMethod": "POST",
        "StatusCallback": status_url,
        "StatusCallbackMethod": "POST",
    }
    return asyncio.run(_tell(address, account_sid, auth_token, number, wanted, timeout))


async def _tell(
    address: str,
    account_sid: str,
    auth_token: str,
    number: str,
    wanted: dict[str, str],
    timeout: float,
) -> Told:
    try:
        async with aiohttp.ClientSession(
            headers={"Authorization": aiohttp.encode_basic_auth(account_sid, auth_token)},
            timeout=aiohttp.ClientTimeout(total=timeout),
        ) as session:
            query = {"PhoneNumber": number, "PageSize": "1"}
            page = await _answer(session, "GET", f"{address}.json", params=query)
            row = _row(page, number)
            if _is(row, wanted):
                return Told.DONE
            await _answer(session, "POST", f"{address}/{row['sid']}.json", data=wanted)
    except _Stop as stop:
        return stop.told
    except TimeoutError:
        return Told.TIMED_OUT
    except (aiohttp.ClientError, OSError, ValueError):
        return Told.UNREACHABLE
    return Told.DONE


async def _answer(
    session: aiohttp.ClientSession, method: str, address: str, **request: Any
) -> dict[str, Any]:
    # A redirect could take the secret elsewhere.
    async with session.request(method, address, allow_redirects=False, **request) as response:
        status, content = response.status, await response.content.read(262_144)
    if status in (401, 403):
        raise _Stop(Told.WRONG_SECRET)
    if status == 429 or status >= 500:
        raise _Stop(Told.TROUBLE)
    try:
        answer = json.loads(content)
    except ValueError:
        raise _Stop(Told.NOT_A_CARRIER) from None
    if not isinstance(answer, dict) or not (status == 200 or "code" in answer):
        raise _Stop(Told.NOT_A_CARRIER)
    if status == 404:
        raise _Stop(Told.NO_SUCH_NUMBER)
    if status != 200:
        raise _Stop(Told.REFUSED)
    return answer


def _row(page: dict[str, Any], number: str) -> dict[str, Any]:
    """The number's own row: the filter of the API matches parts of numbers too."""
    rows = page.get("incoming_phone_numbers")
    if not isinstance(rows, list):
        raise _Stop(Told.NOT_A_CARRIER)
    for row in rows:
        if isinstance(row, dict) and row.get("phone_number") == number and row.get("sid"):
            # Either would be asked instead of the voice address.
            if row.get("voice_application_sid") or row.get("trunk_sid"):
                raise _Stop(Told.USED_OTHERWISE)
            return row
    raise _Stop(Told.NO_SUCH_NUMBER)


_FIELDS = {
    "VoiceUrl": "voice_url",
    "VoiceMethod": "voice_method",
    "StatusCallback": "status_callback",
    "StatusCallbackMethod": "status_callback_method",
}


def _is(row: dict[str, Any], wanted: dict[str, str]) -> bool:
    return all(row.get(_FIELDS[name]) == value for name, value in wanted.items())
