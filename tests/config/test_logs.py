"""No phone number leaves through the log, whichever way it got into a record."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import os
import re
import subprocess
import sys
from typing import Any

import pytest

from config import env, logs
from consent import masking


def logged(style: str = "text") -> tuple[logging.Logger, io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(masking.MaskNumbers())
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
        "+44 7700 900123",
        "+49 170 1234567",
        "+55 (11) 98765-4321",
        "0044 7700 900123",
        "011 44 7700 900123",
        "447700900123",
        "(239) 555 - 0123",
        "239/555-0123",
        "1-239-555-0123",
        "(407) 155-0133",
        "407-155-0133",
        "+1%20239%20555%200123",
        "/explain/?number=%2B1+239+555+0123&purpose=1",
        "/explain/?number=%28239%29+555-0123&purpose=1",
        "/explain/?number=239%20555%200123",
        "tel:+1-239-555-0123",
    ],
)
def test_a_number_is_masked_in_any_spelling(spelling: str) -> None:
    masked = masking.mask_numbers(f"refused {spelling} twice")
    assert "•••" in masked
    # Never more than four digits together are left, and two groups at most.
    assert re.findall(r"\d{5,}", masked.replace("+", "")) == [] or "+44770•••" in masked
    for whole in ("5550123", "555-0123", "555 0123", "00900", "900123", "155-0133", "1234567"):
        assert whole not in masked
    assert "98765" not in masked
    assert masked.startswith("refused ")
    assert masked.endswith(" twice")


def test_the_same_number_is_masked_alike_in_every_spelling() -> None:
    for spelling in ("+12395550123", "2395550123", "(239) 555 - 0123", "+1%20239%20555%200123"):
        assert masking.mask_numbers(spelling) == "+1239•••0123"
    for spelling in ("+447700900123", "0044 7700 900123", "+44 7700 900123", "447700900123"):
        assert masking.mask_numbers(spelling) == "+4477•••0123"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22 01:15:07,139",
        "2026-11-22T01:15:07.139412+00:00",
        "2026-11-22 01:15:07+0100",
        "20261122011507",
        "campaign 1732238107 took 0.25 s",
        "at 1732238107139 ms, 1732238107.139412",
        "SM0123456789abcdef0123456789abcdef",
        "AC" + "0123456789" * 3 + "12",
        "019a4c2e-7b11-7c3e-9d2f-0123456789ab",
        "00112233-4455-6677-8899-001122334455",
        "127.0.0.1:8000",
        "10.239.155.12:54321 [::1]:49152",
        "1,000,000 rows, 9000000 bytes",
        "214748364800 bytes, 42949672960 B",
        '"GET /healthz HTTP/1.1" 200 512 "-"',
        "message 20433, contact 1000001, error 30007, pid 12345",
        "[2026-11-22 01:15:07 +0000] [12345] [INFO]",
        "0000001234567 of 00000000",
        "Version 2.10.3.20261122, 3.141592653589793",
    ],
)
def test_what_is_no_number_stays_readable(text: str) -> None:
    assert masking.mask_numbers(text) == text


def test_a_number_does_not_swallow_the_next_line() -> None:
    masked = masking.mask_numbers("refused +44 7700 900123\n200 rows of 512")
    assert masked == "refused +4477•••0123\n200 rows of 512"
    for spelling in ("+44 7700 900123", "0044 7700 900123", "+1 239 555 0123", "+12395550123"):
        assert masking.mask_numbers(f"{spelling} 200 ms").endswith("•••0123 200 ms")


@pytest.mark.parametrize(
    "code",
    [
        "raise ValueError('+1239' + '5550123')",
        "def f(): raise ValueError('+1239' + '5550123')\nthreading.Thread(target=f).start()",
    ],
    ids=["main", "thread"],
)
def test_an_error_that_nobody_caught_is_masked(code: str) -> None:
    code = f"import threading, consent.masking\nconsent.masking.mask_tracebacks()\n{code}"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=env.BASE_DIR, capture_output=True, text=True, check=False
    )
    assert "ValueError: +1239•••0123" in ran.stderr
    assert "2395550123" not in ran.stderr


def test_manage_py_masks_an_error_that_nobody_caught() -> None:
    code = (
        "import sys; sys.argv = ['manage.py', 'version']\n"
        "import manage; manage.main()\n"
        "raise ValueError('+1239' + '5550123')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=env.BASE_DIR,
        env={**os.environ, "DATABASE_URL": "postgresql://tollgate@127.0.0.1:1/none"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ValueError: +1239•••0123" in ran.stderr, ran.stderr


def test_the_simulator_masks_without_settings() -> None:
    code = (
        "import logging, sys\n"
        "from sending.carriers.simulator import __main__ as simulator\n"
        "simulator._log()\n"
        "logging.getLogger('sending').warning('refused %s', '+1239' + '5550123')\n"
        "assert 'config.settings' not in sys.modules\n"
        "raise ValueError('+1239' + '5550123')"
    )
    environment = {"PATH": os.environ["PATH"]}
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=env.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "refused +1239•••0123" in ran.stderr
    assert "ValueError: +1239•••0123" in ran.stderr


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


def test_logs_go_to_the_standard_error(settings: Any) -> None:
    streams = {handler["stream"] for handler in settings.LOGGING["handlers"].values()}
    assert streams == {"ext://sys.stderr"}
