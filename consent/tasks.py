"""Celery only wakes workers; what there is to do stands in PostgreSQL."""

from __future__ import annotations

import logging

from celery import shared_task

from consent.imports.run import work_on
from consent.models import ImportRun

logger = logging.getLogger(__name__)


@shared_task(name="consent.run_import")
def run_import(run_id: int) -> None:
    """Work on one run of an import, unless another worker is at it."""
    work_on(run_id)


@shared_task(name="consent.sweep_imports")
def sweep_imports() -> int:
    """Take up the runs that nobody works on: never begun, or left by a worker that died.

    For beat, once a minute. Gives the number of runs that this call brought to an end.
    """
    under_way = ImportRun.objects.filter(
        status__in=[ImportRun.Status.WAITING, ImportRun.Status.RUNNING]
    ).order_by("pk")
    ended = 0
    for run_id in list(under_way.values_list("pk", flat=True)):
        try:
            ended += work_on(run_id)
        except Exception:
            # One file's trouble must not keep the others waiting; the next sweep tries again.
            logger.exception("import run %s is left for the next sweep", run_id)
    return ended
