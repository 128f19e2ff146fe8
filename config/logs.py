"""How Tollgate logs: lines of text or JSON on the standard error, with phone numbers masked.

The mask is on the way out, for every logger, so that a library's message or a database error that
quotes a number is masked too.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gunicorn.glogging import Logger

from consent.masking import MaskNumbers

if TYPE_CHECKING:
    from gunicorn.config import Config


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and a traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        if record.exc_text:
            line["exception"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)


class GunicornLogger(Logger):
    """Gunicorn sets up loggers of its own; this puts the mask on them as well."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        for logger in (self.error_log, self.access_log):
            for handler in logger.handlers:
                handler.addFilter(MaskNumbers())


def configuration(*, level: str, style: str) -> dict[str, Any]:
    """For `logging.config.dictConfig`. ``level`` is for Tollgate's own rooms; others warn."""
    own = {"level": level}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"mask_numbers": {"()": "consent.masking.MaskNumbers"}},
        "formatters": {
            "text": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
            "json": {"()": "config.logs.JsonFormatter"},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": style,
                "filters": ["mask_numbers"],
            }
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            # Django brings handlers that would write a line a second time, unmasked.
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            "accounts": own,
            "config": own,
            "consent": own,
            "sending": own,
        },
    }
