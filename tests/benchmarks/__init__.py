"""Figures beside their peers and their limits; `make bench` runs them all.

Each ``bench_<name>.py`` has a ``run() -> list[Figure]`` (`tests.benchmarks.figures`). It runs in a
process of its own, on an empty, migrated database of its own. ``BENCH_REDIS_URL`` in the
environment is a Redis to compare with, where redis-server is installed; else it is not set.
"""
