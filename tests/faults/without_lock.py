"""Celery, sabotaged: the gate reads contacts without locking them. For a test of the test."""

from __future__ import annotations

import functools

import django
from celery.__main__ import main

django.setup()

from sending.gate import load  # noqa: E402  needs the settings

_locked = load.contacts


@functools.wraps(_locked)
def _unlocked(contact_ids: list[int], *, lock: bool) -> object:
    return _locked(contact_ids, lock=False)


load.contacts = _unlocked  # type: ignore[assignment]

if __name__ == "__main__":
    main()
