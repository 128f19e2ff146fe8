"""Which queue a task goes to, and what beat sends off by the clock.

A test holds that each queue is worked by a worker of `manage.py up` and that each entry names a
task that exists.
"""

from __future__ import annotations

from typing import Any

QUEUES = ("default", "dispatch", "imports")

TASK_ROUTES: dict[str, dict[str, str]] = {}

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {}
