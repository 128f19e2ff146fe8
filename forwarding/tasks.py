from __future__ import annotations

from celery import shared_task

from forwarding.announcing import announce_due
from forwarding.catching_up import log_waiting


@shared_task(name="forwarding.log_waiting")
def log_waiting_calls() -> None:
    """What came in while the database was away; finds nothing on most days."""
    log_waiting()


@shared_task(name="forwarding.announce")
def announce() -> None:
    """Tell the carriers where to announce calls, where they do not know it yet."""
    announce_due()
