"""What a dead worker leaves behind: leases that ran out."""

from __future__ import annotations

from django.db import connection, transaction

# The slot stays at the end of the lease, so the windows stay as they are.
_SWEEP = """
    UPDATE sending_message SET status = 'unknown', reason = 'lease_expired',
                               updated_at = clock_timestamp()
    WHERE id IN (SELECT id FROM sending_message
                 WHERE status = 'sending' AND lease_until < clock_timestamp()
                 ORDER BY lease_until LIMIT %s FOR UPDATE SKIP LOCKED)
"""


def sweep(*, at_once: int = 5000) -> int:
    """Declare unknown what is under a lease that ran out; answers how many.

    It may have been posted, so it is never posted again: a callback, a look-up at the carrier or a
    person settles it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SWEEP, [at_once])
        return int(cursor.rowcount)
