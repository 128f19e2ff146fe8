"""One statement in place of two for the usual call: what the last one found is expected again.

Signature and decision are made from the expectation, and the statement that logs the call writes
only if the database still says the very same. Where it does not, or the call is logged already,
nothing is written, and the call goes the long way: looked up, decided, logged. So nothing is ever
decided from what no longer holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from forwarding.calls import LOOK_UP, row_of, values_of
from forwarding.routing import Decision, Reason, Routing

if TYPE_CHECKING:
    from forwarding.calls import Executes, Found, Ringing

MOST = 10_000
_found: dict[tuple[int, str], Found] = {}
_LOG_IF_STILL = f"""
    INSERT INTO forwarding_call (workspace_id, account_id, sender_id, sid, caller, called,
                                 carrier_country, decision, reason, destination, outcome,
                                 received_at, logged_at)
    SELECT %s::bigint, %s::bigint, %s::bigint, %s, %s, %s, %s, %s, %s, %s, %s,
           coalesce(%s::timestamptz, clock_timestamp()), clock_timestamp()
    FROM ({LOOK_UP}) AS now (account_sid, auth_token, workspace_id, sender_id, released,
                             destination, looped)
    WHERE (now.account_sid, now.auth_token, now.workspace_id, now.sender_id, now.released,
           now.destination, now.looped)
          = (%s::text, %s::text, %s::bigint, %s::bigint, %s::boolean, %s::text, %s::boolean)
    ON CONFLICT (account_id, sid) DO NOTHING
    RETURNING decision, reason, destination
"""  # noqa: S608  put together from the constant above


def expect(called: str, found: Found) -> None:
    """What the next call to ``called`` may expect. Unknown numbers are not worth it."""
    if found.sender_id is None:
        return
    if len(_found) >= MOST:
        _found.clear()
    _found[found.account_id, called] = found


def expected(account_id: int, called: str) -> Found | None:
    return _found.get((account_id, called))


def log_if_still(
    database: Executes, *, found: Found, ringing: Ringing, routing: Routing
) -> Routing | None:
    """Write the call down if all of ``found`` still holds; None, and nothing written, if not."""
    row = database.execute(
        _LOG_IF_STILL,
        [
            *values_of(found, ringing, routing, None),
            *(ringing.called, found.account_id),
            *row_of(found),
        ],
    ).fetchone()
    if row is None:
        return None
    decision, reason, destination = row
    return Routing(Decision(decision), Reason(reason), destination)
