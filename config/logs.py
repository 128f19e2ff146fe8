"""How Tollgate logs: lines of text or JSON on the standard error, with phone numbers masked.

The mask is on the way out, for every logger, so that a library's message or a database error that
quotes a number is masked too.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gunicorn.glogging import Logger

if TYPE_CHECKING:
    from gunicorn.config import Config

# +12395550123 (also as in an address, %2B…), 12395550123, (239) 555-0123, 239.555.0123.
NUMBER = re.compile(
    r"""
      (?:\+|%2B) [1-9] \d{6,14} (?!\d)
    | (?<![\w.]) (?:\+?1[\s.\-]?)? \(?[2-9]\d{2}\)? [\s.\-]{0,2} [2-9]\d{2} [\s.\-]? \d{4} (?![\w])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_plain = logging.Formatter()


def mask_numbers(text: str) -> str:
    """``text`` with every phone number in it masked."""
    return NUMBER.sub(_masked, text)


def _masked(match: re.Match[str]) -> str:
    from consent.numbering import mask

    digits = re.sub(r"\D", "", re.sub("%2B", "", match.group(), flags=re.IGNORECASE))
    return mask("+" + ("1" + digits if len(digits) == 10 else digits))


class MaskNumbers(logging.Filter):
    """Masks numbers in a record's message, arguments, exception and stack."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask_numbers(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = _plain.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = mask_numbers(record.exc_text)
        if record.stack_info:
            record.stack_info = mask_numbers(record.stack_info)
        return True


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
        "filters": {"mask_numbers": {"()": "config.logs.MaskNumbers"}},
        "formatters": {
            "text": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
            "json": {"()": "config.logs.JsonFormatter"},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
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
