"""Settings from the environment: documented, and refused with one line that says which and why."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env

GOOD = {
    "SECRET_KEY": "k4-Zr8" * 12,
    "ENCRYPTION_KEYS": "dG9sbGdhdGUtZGV2ZWxvcG1lbnQtb25seS1rZXktMzI=",
    "PUBLIC_URL": "https://sms.example.com",
    "DATABASE_URL": "postgresql://tollgate:secret@db.example.com/tollgate",
    "CELERY_BROKER_URL": "redis://queue.example.com/0",
    "EMAIL_URL": "smtp+tls://tollgate:secret@mail.example.com:587",
    "DEBUG": "false",
}


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py with nothing in the environment but ``variables``; .env cannot add to them."""
    empty = dict.fromkeys(env.asked_for, "")
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=env.BASE_DIR,
        env={"PATH": os.environ["PATH"], **empty, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_every_variable_that_is_read_is_documented_and_the_other_way_round() -> None:
    example = (env.BASE_DIR / ".env.example").read_text()
    documented = re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE)
    assert sorted(documented) == sorted(env.asked_for)
    assert "SECRET_KEY" in documented
    page = (env.BASE_DIR / "docs/settings.md").read_text()
    assert sorted(re.findall(r"^\| `([A-Z_]+)`", page, re.MULTILINE)) == sorted(documented)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("SECRET_KEY", "", "is not set"),
        ("SECRET_KEY", "short", "too short"),
        ("SECRET_KEY", "a" * 80, "too regular"),
        ("ENCRYPTION_KEYS", "", "is not set"),
        ("ENCRYPTION_KEYS", "bm90IDMyIGJ5dGVz", "32 bytes"),
        ("PUBLIC_URL", "sms.example.com", "write an address"),
        ("DATABASE_URL", "mysql://db.example.com/tollgate", "PostgreSQL only"),
        ("DATABASE_URL", "postgresql://db.example.com", "names no database"),
        ("CELERY_BROKER_URL", "kafka://queue.example.com", "redis://"),
        ("EMAIL_URL", "mail.example.com", "no mail server"),
        ("EMAIL_URL", "smtp+tls://", "no mail server"),
        ("EMAIL_URL", "smtp://mail.example.com:port", "no mail server"),
        ("DEBUG", "maybe", "true or false"),
        ("SECURE_HSTS_SECONDS", "-1", "between 0 and"),
        ("SESSION_HOURS", "a day", "a whole number"),
        ("LOG_LEVEL", "LOUD", "write one of"),
        ("DATA_DIR", "relative", "absolute path"),
    ],
)
def test_a_missing_or_senseless_value_stops_the_start_with_one_line(
    name: str, value: str, why: str
) -> None:
    done = manage("check", **{**GOOD, name: value})
    assert done.returncode == 1
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith(f"tollgate: {name} ")
    assert why in lines[0]
    assert not value or len(value) < 40 or value not in lines[0], "a secret is not repeated"


def test_the_web_server_too_stops_with_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import config.wsgi"],
        cwd=env.BASE_DIR,
        env={**dict.fromkeys(env.asked_for, ""), **GOOD, "SECRET_KEY": "short"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("tollgate: SECRET_KEY ")
    assert done.stderr.count("\n") == 1


def test_check_deploy_finds_nothing_wrong_with_production_values() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **GOOD)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_check_deploy_refuses_an_address_without_tls() -> None:
    done = manage("check", "--deploy", **{**GOOD, "PUBLIC_URL": "http://sms.example.com"})
    assert done.returncode == 1
    assert "tollgate.E001" in done.stderr


def test_check_deploy_warns_of_the_broker_in_postgresql() -> None:
    done = manage("check", "--deploy", **{**GOOD, "CELERY_BROKER_URL": ""})
    assert done.returncode == 0
    assert "tollgate.W002" in done.stderr


def test_check_deploy_warns_where_no_mail_can_be_sent() -> None:
    done = manage("check", "--deploy", **{**GOOD, "EMAIL_URL": ""})
    assert done.returncode == 0
    assert "tollgate.W004" in done.stderr


@pytest.mark.parametrize(
    ("value", "debug", "backend"),
    [
        ("", "true", "console"),
        ("", "false", "NoMail"),
        ("smtp+tls://me:p%40ss@mail.example.com:587", "false", "smtp"),
    ],
)
def test_mail_goes_where_the_address_says(
    monkeypatch: pytest.MonkeyPatch, value: str, debug: str, backend: str
) -> None:
    monkeypatch.setenv("EMAIL_URL", value)
    found = env.mail("EMAIL_URL", debug=debug == "true")
    assert backend in found["EMAIL_BACKEND"]
    if backend == "smtp":
        server = [found[f"EMAIL_{key}"] for key in ("HOST", "PORT", "HOST_USER", "HOST_PASSWORD")]
        assert server == ["mail.example.com", 587, "me", "p@ss"]
        assert found["EMAIL_USE_TLS"]


def test_a_broker_inside_tollgates_own_database_is_refused() -> None:
    own = "pgmq://tollgate:secret@db.example.com/tollgate"
    done = manage("check", **{**GOOD, "CELERY_BROKER_URL": own})
    assert done.returncode == 1
    assert "tollgate.E002" in done.stderr


@pytest.mark.parametrize(
    ("public_url", "allowed"),
    [
        ("https://sms.example.com", ["sms.example.com"]),
        ("http://127.0.0.1:8000", ["127.0.0.1", "localhost", "[::1]"]),
    ],
)
def test_the_host_of_the_public_address_is_allowed(
    public_url: str, allowed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ALLOWED_HOSTS", raising=False)
    assert env.hosts("ALLOWED_HOSTS", public_url, debug=False) == allowed


def test_fresh_keys_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    from config.secret import lines

    for line in lines():
        monkeypatch.setenv(*line.split("=", 1))
    assert len(env.secret_key("SECRET_KEY", debug=False)) >= 50
    assert len(env.encryption_keys("ENCRYPTION_KEYS", debug=False)) == 1


def test_a_refusal_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSION_HOURS", "0")
    with pytest.raises(ImproperlyConfigured, match="SESSION_HOURS is 0"):
        env.integer("SESSION_HOURS", default=12, least=1, most=720)
