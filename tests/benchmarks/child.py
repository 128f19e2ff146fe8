"""Runs one benchmark: `python -m tests.benchmarks.child bench_gate OUTPUT`.

The environment names the database, which is migrated first.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    module = import_module(f"tests.benchmarks.{sys.argv[1]}")
    Path(sys.argv[2]).write_text(json.dumps(module.run()))


if __name__ == "__main__":
    main()
