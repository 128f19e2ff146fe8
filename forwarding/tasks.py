from __future__ import annotations

from celery import shared_task

from forwarding.catching_up import log_waiting


@shared_task(name="forwarding.log_waiting")
def log_waiting_calls() -> None:
    """What came in while the database was away; finds nothing on most days."""
    log_waiting()
