"""Calls that could not be logged, kept on disk until they can.

One small file for each, in ``DATA_DIR/calls``, readable by Tollgate's own user only. What stands in
it was not verified: the account's secret lies in the database. It is when the file is read.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from forwarding.incoming import Incoming

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)
# Anyone can post while nobody can check a signature; more than this is no outage but an attack.
MOST_FILES = 10_000
VOICE, STATUS = "voice", "status"


def directory() -> Path:
    return Path(settings.DATA_DIR) / "calls"


def keep(kind: str, incoming: Incoming) -> None:
    """Keep one form; the same call announced again keeps what was kept first.

    Never raises: the caller hears ringing whether or not this can be done.
    """
    try:
        _write(directory() / _name(kind, incoming), kind, incoming)
    except OSError as error:
        logger.error("a call could not be kept for later: %s", error.strerror)


def holds(incoming: Incoming) -> bool:
    """Whether this very call was answered while the database was away, and is not logged yet."""
    return os.path.exists(f"{settings.DATA_DIR}/calls/{_name(VOICE, incoming)}")  # noqa: PTH110  for each call


def waiting() -> Iterator[tuple[Path, str, Incoming]]:
    """Everything kept, oldest first, announcements of calls before reports on them."""
    found = []
    for path in directory().glob("*.json"):
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            incoming = Incoming(
                account_id=fields["account_id"],
                address=fields["address"],
                body=fields["body"],
                signature=fields["signature"],
                received_at=datetime.fromisoformat(fields["received_at"]),
            )
            found.append((path, str(fields["kind"]), incoming))
        except FileNotFoundError:
            continue  # another worker was quicker
        except (ValueError, KeyError, TypeError):
            logger.error("a kept call cannot be read: %s", path.name)
            set_aside(path)
    yield from sorted(found, key=lambda each: (each[1] != VOICE, each[2].received_at))


def drop(path: Path) -> None:
    path.unlink(missing_ok=True)


def set_aside(path: Path) -> None:
    """Keep what cannot be logged, for a person to look at; it is not read again."""
    path.replace(path.with_suffix(".bad"))


def _name(kind: str, incoming: Incoming) -> str:
    # A status is told apart by all it says, a call by its id.
    said = incoming.form.last("CallSid") if kind == VOICE else incoming.body
    digest = hashlib.sha256(f"{kind}|{incoming.account_id}|{said}".encode()).hexdigest()
    return f"{digest[:40]}.json"


def _write(path: Path, kind: str, incoming: Incoming) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists():
        return
    if len(os.listdir(path.parent)) >= MOST_FILES:  # noqa: PTH208  a count, not paths
        logger.error("more calls wait to be logged than Tollgate keeps; one was dropped")
        return
    content = {
        "kind": kind,
        "account_id": incoming.account_id,
        "address": incoming.address,
        "body": incoming.body,
        "signature": incoming.signature,
        "received_at": incoming.received_at.isoformat(),
    }
    temporary = path.with_suffix(f".{os.getpid()}-{os.urandom(4).hex()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode=0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
