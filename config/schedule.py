"""Which queue a task goes to, and what beat sends off by the clock.

A test holds that each queue is worked by a worker of `manage.py up` and that each entry names a
task that exists.
"""

from __future__ import annotations

from typing import Any

QUEUES = ("default", "dispatch", "imports")

TASK_ROUTES: dict[str, dict[str, str]] = {
    "sending.metronome": {"queue": "dispatch"},
    "consent.run_import": {"queue": "imports"},
    "consent.sweep_imports": {"queue": "imports"},
}

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    # A beat that no worker was free for is worth nothing a second later.
    "metronome": {"task": "sending.metronome", "schedule": 1.0, "options": {"expires": 2}},
    "sweep": {"task": "sending.sweep", "schedule": 10.0, "options": {"expires": 10}},
    "reconcile": {"task": "sending.reconcile", "schedule": 60.0, "options": {"expires": 60}},
    "calls": {"task": "forwarding.log_waiting", "schedule": 10.0, "options": {"expires": 10}},
    "announce": {"task": "forwarding.announce", "schedule": 60.0, "options": {"expires": 60}},
    "imports": {"task": "consent.sweep_imports", "schedule": 60.0, "options": {"expires": 60}},
}
