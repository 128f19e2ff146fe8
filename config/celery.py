"""The Celery application. PostgreSQL is the truth; a task only wakes a worker to look at it."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("tollgate")
QUEUES = ("default", "dispatch", "imports")


def broker_options() -> dict[str, Any]:
    """How to reach the broker: an address, or a second database on the embedded server.

    The broker may never live in Tollgate's own database: pgmq would read DATABASE_URL and install
    its tables there.
    """
    from django.conf import settings

    url = settings.CELERY_BROKER_URL
    if not url.startswith("pgmq"):
        return {"broker_url": url}
    options: dict[str, Any] = {
        "init_extension": False,
        "wait_time_seconds": 0,
        "use_notify": True,
        "visibility_timeout": 3600,
    }
    if settings.EMBEDDED_POSTGRES is not None and url == "pgmq://":
        directory = settings.EMBEDDED_POSTGRES.socket_directory
        name = settings.BROKER_DATABASE
        options["conn_string"] = f"host={directory} dbname={name} user=postgres"
    return {"broker_url": url, "broker_transport_options": options}


app.conf.update(
    task_default_queue="default",
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    # pgmq's queue names hold 47 characters; remote control needs longer ones.
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    timezone="UTC",
)
app.autodiscover_tasks()


@app.on_configure.connect  # type: ignore[untyped-decorator]
def _configure_broker(sender: Celery, **kwargs: Any) -> None:
    sender.conf.update(broker_options())
