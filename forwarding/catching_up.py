"""Logging what came in while the database was away; see `forwarding.spool`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connection

from forwarding import calls, reports, spool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forwarding.calls import Found
    from forwarding.incoming import Incoming

logger = logging.getLogger(__name__)


class _Cursor:
    """Django's connection, asked as a connection of psycopg is."""

    def execute(self, query: Any, params: Sequence[Any]) -> Any:
        cursor = connection.cursor()
        cursor.execute(query, params)
        return cursor


def log_waiting() -> int:
    """Log everything kept; the number of files done with.

    A file goes once what it holds is committed, so one that is read twice, after a crash or by two
    workers, is logged once. Raises `OperationalError` when the database is away again; what cannot
    be logged for another reason is set aside, and does not stop what stands behind it.
    """
    done = 0
    for path, kind, told in spool.waiting():
        try:
            _log(kind, told)
        except OperationalError:
            raise
        except Exception:
            logger.exception("a kept call cannot be logged: %s", path.name)
            spool.set_aside(path)
        else:
            spool.drop(path)
            done += 1
    return done


def _verified(told: Incoming) -> Found | None:
    called = told.text("To", 64)
    found = calls.look_up(_Cursor(), account_id=told.account_id, called=called)
    if found is None or not reports.is_of(told, found.account_sid, found.auth_token):
        return None
    return found


def _log(kind: str, told: Incoming) -> None:
    found = _verified(told)
    if found is None:
        logger.warning("a kept call had no valid signature, account %s", told.account_id)
        return
    if kind == spool.STATUS:
        reports.apply(told)
        return
    ringing = reports.ringing_of(told)
    if ringing.sid:
        calls.log_afterwards(_Cursor(), found=found, ringing=ringing, received_at=told.received_at)
