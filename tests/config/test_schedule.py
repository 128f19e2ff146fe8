"""Queues, workers, tasks and beat agree with each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from celery import Celery

from config.celery import app
from config.programs import WORKERS, Layout, children
from config.schedule import BEAT_SCHEDULE, QUEUES, TASK_ROUTES

LAYOUT = Layout("127.0.0.1", 8000, None, 2, Path("/nowhere"))


@pytest.fixture(scope="module")
def celery() -> Celery:
    app.loader.import_default_modules()
    return app


def own_tasks(celery: Celery) -> list[str]:
    return [name for name in celery.tasks if not name.startswith(("celery.", "tests."))]


def test_every_queue_is_worked_by_exactly_one_of_the_workers() -> None:
    worked = [queue for queues in WORKERS.values() for queue in queues]
    assert sorted(worked) == sorted(QUEUES)
    commands = [list(child.command) for child in children(LAYOUT)]
    asked = [
        part for command in commands for part in command if part in map(",".join, WORKERS.values())
    ]
    assert sorted(",".join(asked).split(",")) == sorted(QUEUES)


def test_dispatch_waits_behind_nothing_else() -> None:
    assert ("dispatch",) in WORKERS.values()


def test_every_task_goes_to_a_queue_that_is_worked(celery: Celery) -> None:
    tasks = own_tasks(celery)
    assert tasks
    for name in tasks:
        queue = (
            getattr(celery.tasks[name], "queue", None)
            or celery.amqp.router.route({}, name)["queue"]
        )
        assert getattr(queue, "name", queue) in QUEUES, name


def test_every_entry_of_beat_and_every_route_names_a_task_that_exists(celery: Celery) -> None:
    known = set(own_tasks(celery))
    assert BEAT_SCHEDULE
    assert {entry["task"] for entry in BEAT_SCHEDULE.values()} <= known
    assert set(TASK_ROUTES) <= known


def test_a_late_beat_is_dropped_before_the_next_ones_pile_up() -> None:
    for name, entry in BEAT_SCHEDULE.items():
        assert 0 < entry["options"]["expires"] <= 2 * entry["schedule"], name


def test_names_of_queues_fit_into_pgmq() -> None:
    assert all(len(queue) <= 47 for queue in QUEUES)
