"""No phone number leaves through the log, whichever way it got into a record."""

from __future__ import annotations

import io
import json
import logging
import logging.config
from typing import Any

import pytest

from config import logs


def logged(style: str = "text") -> tuple[logging.Logger, io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(logs.MaskNumbers())
    configuration: dict[str, Any] = logs.configuration(level="INFO", style=style)
    formatter = configuration["formatters"][style]
    handler.setFormatter(
        logs.JsonFormatter() if style == "json" else logging.Formatter(formatter["format"])
    )
    logger = logging.Logger("tests.logs")
    logger.addHandler(handler)
    return logger, stream


@pytest.mark.parametrize(
    "spelling",
    [
        "+12395550123",
        "12395550123",
        "2395550123",
        "(239) 555-0123",
        "239-555-0123",
        "239.555.0123",
        "+1 239 555 0123",
        "/explain/?number=%2B12395550123&purpose=1",
        "Key (number)=(+12395550123) already exists.",
        "+447700900123",
    ],
)
def test_a_number_is_masked_in_any_spelling(spelling: str) -> None:
    masked = logs.mask_numbers(spelling)
    assert "•••" in masked
    assert "5550123" not in masked
    assert "555-0123" not in masked
    assert "00900" not in masked


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22 01:15:07,139",
        "campaign 1732238107 took 0.25 s",
        "SM0123456789abcdef0123456789abcdef",
        "127.0.0.1:8000",
        "1,000,000 rows, 9000000 bytes",
    ],
)
def test_what_is_no_number_stays_readable(text: str) -> None:
    assert logs.mask_numbers(text) == text


def test_arguments_are_masked() -> None:
    logger, stream = logged()
    logger.warning("opt-out of %s in %d ms", "+12395550123", 12)
    assert "opt-out of +1239•••0123 in 12 ms" in stream.getvalue()


def test_exceptions_are_masked() -> None:
    logger, stream = logged()
    number = "+1239" + "5550123"
    try:
        raise ValueError(number)
    except ValueError:
        logger.exception("failed", stack_info=True)
    assert "Traceback" in stream.getvalue()
    assert "ValueError: +1239•••0123" in stream.getvalue()
    assert number not in stream.getvalue()


def test_json_is_one_object_a_line_with_the_exception_masked() -> None:
    logger, stream = logged("json")
    number = "+1239" + "5550123"
    try:
        raise ValueError(number)
    except ValueError:
        logger.exception("refused %s", number)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1
    line = json.loads(lines[0])
    assert line["message"] == "refused +1239•••0123"
    assert line["level"] == "ERROR"
    assert "ValueError: +1239•••0123" in line["exception"]
    assert number not in lines[0]


def test_every_handler_of_the_settings_masks(settings: Any) -> None:
    handlers = settings.LOGGING["handlers"].values()
    assert handlers
    assert all("mask_numbers" in handler["filters"] for handler in handlers)
