"""`python -m sending.carriers.simulator --port 8010 --log .data/simulator.jsonl`"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

from consent.masking import MaskNumbers, mask_tracebacks
from sending.carriers.simulator.carrier import Carrier
from sending.carriers.simulator.faults import Faults
from sending.carriers.simulator.server import serve

try:
    import uvloop
except ImportError:  # there is none for Windows
    run = asyncio.run
else:
    run = uvloop.run


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sending.carriers.simulator",
        description="A carrier on this computer that speaks Twilio's Messages API.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (%(default)s)")
    parser.add_argument("--port", type=int, default=8010, help="0: a free one (%(default)s)")
    parser.add_argument(
        "--log", type=Path, default=Path(".data/simulator.jsonl"), help="its log (%(default)s)"
    )
    parser.add_argument(
        "--auth-token",
        default=os.environ.get("SIMULATOR_AUTH_TOKEN", "simulator"),
        help="accepted from every account, and used for signatures; "
        "default: SIMULATOR_AUTH_TOKEN, else 'simulator'",
    )
    parser.add_argument(
        "--sender",
        action="append",
        metavar="NUMBER",
        help="a number that may send; may be repeated; without it every number may",
    )
    parser.add_argument(
        "--callback-delay", type=float, default=0.2, metavar="SECONDS", help="between statuses"
    )
    parser.add_argument("--no-callbacks", action="store_true", help="post no status callbacks")
    parser.add_argument(
        "--magic", action="store_true", help="let recipients 555-99xx ask for faults (magic.py)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the faults (%(default)s)")
    return parser.parse_args()


def _log() -> None:
    """Warnings to the standard error, numbers masked as everywhere else."""
    handler = logging.StreamHandler()
    handler.addFilter(MaskNumbers())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    mask_tracebacks()


def main() -> int:
    arguments = _arguments()
    _log()
    faults = Faults(
        seed=arguments.seed,
        callbacks=not arguments.no_callbacks,
        callback_delay=arguments.callback_delay,
        magic=arguments.magic,
    )
    try:
        faults.check()
        arguments.log.parent.mkdir(parents=True, exist_ok=True)
        carrier = Carrier(
            log=arguments.log,
            auth_token=arguments.auth_token,
            faults=faults,
            senders=frozenset(arguments.sender) if arguments.sender else None,
        )
        run(serve(carrier, host=arguments.host, port=arguments.port))
    except (OSError, ValueError) as error:
        print(f"Carrier simulator: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
