"""The log of calls: what a call needs of the database, in two statements, and its only writer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from forwarding.routing import Decision, Line, Reason, Routing
from sending.fields import decrypted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class Rows(Protocol):
    def fetchone(self) -> Any: ...


class Executes(Protocol):
    """A psycopg connection, or a cursor of Django's."""

    def execute(self, query: Any, params: Sequence[Any]) -> Any: ...


@dataclass(frozen=True, slots=True)
class Found:
    """What the database knows of a call's account and called number."""

    account_id: int
    account_sid: str
    auth_token: str
    workspace_id: int
    sender_id: int | None
    line: Line
    # The secret as it is stored: two are the same secret only if that is the same.
    stored_token: str


@dataclass(frozen=True, slots=True)
class Ringing:
    """A call as the carrier announced it; each text as given, cut to what the table holds."""

    sid: str
    caller: str
    called: str
    carrier_country: str


# Of the workspace's rows with this number the one in use, else the one released last: another
# workspace may have the number by now.
LOOK_UP = """
    SELECT account.account_sid, account.auth_token, account.workspace_id,
           sender.id, sender.verification = 'released', coalesce(rule.destination, ''),
           rule.destination IS NOT NULL AND EXISTS (
               SELECT 1 FROM sending_sendernumber other
               WHERE other.number = rule.destination AND other.verification <> 'released')
    FROM sending_carrieraccount account
    LEFT JOIN LATERAL (
        SELECT * FROM sending_sendernumber
        WHERE workspace_id = account.workspace_id AND number = %s
        ORDER BY verification = 'released', id DESC LIMIT 1) sender ON TRUE
    LEFT JOIN forwarding_forwardingrule rule ON rule.sender_id = sender.id
    WHERE account.id = %s
"""
_LOG = """
    INSERT INTO forwarding_call (workspace_id, account_id, sender_id, sid, caller, called,
                                 carrier_country, decision, reason, destination, outcome,
                                 received_at, logged_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,
            coalesce(%s::timestamptz, clock_timestamp()), clock_timestamp())
"""
# Of the same call announced several times at once, one is logged and the others are told that one.
_ONCE = f"{_LOG} ON CONFLICT (account_id, sid) DO NOTHING RETURNING decision, reason, destination"
_LOGGED = """
    SELECT decision, reason, destination FROM forwarding_call WHERE account_id = %s AND sid = %s
"""
# The caller heard ringing. A row from after the call came in is that of the very look-up which
# nobody waited for; one from before it tells of an answer that was given.
_RANG = f"""{_LOG}
    ON CONFLICT (account_id, sid) DO UPDATE
    SET decision = excluded.decision, reason = excluded.reason, destination = '',
        outcome = excluded.outcome
    WHERE forwarding_call.outcome = 'pending' AND forwarding_call.logged_at >= excluded.received_at
"""  # noqa: S608  put together from the constant above


def look_up(database: Executes, *, account_id: int, called: str) -> Found | None:
    """The account and the called number; None without such an account."""
    row = database.execute(LOOK_UP, [called, account_id]).fetchone()
    if row is None:
        return None
    account_sid, auth_token, workspace_id, sender_id, released, destination, looped = row
    return Found(
        account_id=account_id,
        account_sid=account_sid,
        auth_token=decrypted(auth_token) if auth_token else "",
        workspace_id=workspace_id,
        sender_id=sender_id,
        line=Line(
            ours=sender_id is not None,
            released=bool(released),
            destination=destination,
            looped=looped,
        ),
        stored_token=auth_token,
    )


def row_of(found: Found) -> list[Any]:
    """What `LOOK_UP` gave for ``found``, whose called number is the workspace's."""
    line = found.line
    return [
        *(found.account_sid, found.stored_token, found.workspace_id, found.sender_id),
        *(line.released, line.destination, line.looped),
    ]


def log(database: Executes, *, found: Found, ringing: Ringing, routing: Routing) -> Routing:
    """Write the call down, once; answers what stands in the log, which a repeat does not change."""
    row = database.execute(_ONCE, values_of(found, ringing, routing, None)).fetchone()
    if row is None:
        row = database.execute(_LOGGED, [found.account_id, ringing.sid]).fetchone()
    decision, reason, destination = row
    return Routing(Decision(decision), Reason(reason), destination)


def log_afterwards(
    database: Executes, *, found: Found, ringing: Ringing, received_at: datetime
) -> None:
    """Write down a call that rang because the database was away when it came in."""
    routing = Routing(Decision.RING, Reason.DATABASE_AWAY)
    database.execute(_RANG, values_of(found, ringing, routing, received_at))


def values_of(
    found: Found, ringing: Ringing, routing: Routing, received_at: datetime | None
) -> list[Any]:
    """The values of a row of the log, in the order in which both statements name them."""
    forwarded = routing.decision is Decision.FORWARD
    return [
        *(found.workspace_id, found.account_id, found.sender_id),
        *(ringing.sid, ringing.caller, ringing.called, ringing.carrier_country),
        *(routing.decision.value, routing.reason.value, routing.destination),
        *("pending" if forwarded else "not_forwarded", received_at),
    ]
