"""The Celery application. PostgreSQL is the truth; a task only wakes a worker to look at it."""

from __future__ import annotations

import os
import warnings
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init

from config.schedule import BEAT_SCHEDULE, QUEUES, TASK_ROUTES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

__all__ = ["QUEUES", "app"]

# Said once, by the embedded PostgreSQL; each worker would say it again in seven lines.
warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

app = Celery("tollgate")
app.conf.update(
    task_default_queue="default",
    task_routes=TASK_ROUTES,
    beat_schedule=BEAT_SCHEDULE,
    # A worker that dies gives its task back; tasks look at the database first, so twice is once.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    # pgmq's queue names hold 47 characters; remote control needs longer ones.
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    # A page that wakes a worker waits for a lost broker this long, not for ever.
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0.2},
    timezone="UTC",
)
app.autodiscover_tasks()


@app.on_configure.connect
def _configure_broker(sender: Celery, **kwargs: Any) -> None:
    from config.broker import celery_options

    sender.conf.update(celery_options())


@setup_logging.connect
def _log_as_django_does(**kwargs: Any) -> None:
    """With this connected Celery leaves logging as the settings have it."""


@worker_init.connect
def _listen(**kwargs: Any) -> None:
    from config.broker import listening

    app.conf.broker_transport_options = listening(app.conf.broker_transport_options)


@worker_init.connect
@beat_init.connect
def _prepare(**kwargs: Any) -> None:
    """`celery worker` and `celery beat` work on their own, not only below `manage.py up`."""
    from config.broker import ensure_broker
    from config.embedded import start_embedded_postgres

    start_embedded_postgres()
    ensure_broker()
