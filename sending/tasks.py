"""Celery's part: it wakes a worker to look at the database, which alone knows what is due."""

from __future__ import annotations

from celery import shared_task

from sending import heartbeat
from sending.campaigns.endings import sweep_cancelled
from sending.dispatch.sweep import sweep
from sending.dispatch.tick import beat
from sending.reconcile import reconcile


@shared_task(name="sending.metronome")
def metronome() -> None:
    """Every second; a worker that finds work goes on with it, and others join by the next beat."""
    heartbeat.note()
    beat()


@shared_task(name="sending.sweep")
def sweep_up() -> None:
    """What dead workers and cancelled campaigns left behind."""
    sweep()
    sweep_cancelled()


@shared_task(name="sending.reconcile")
def reconcile_unknown() -> None:
    """Ask the carriers about messages of unknown fate."""
    reconcile()
