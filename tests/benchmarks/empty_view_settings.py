"""Tollgate's own settings, with the empty view among its addresses."""

from __future__ import annotations

from config.settings import *  # noqa: F403  whatever stands there

ROOT_URLCONF = "tests.benchmarks.empty_view"
