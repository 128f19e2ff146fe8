"""Reads settings from the environment; a missing or senseless value stops the start.

Every reader raises `ImproperlyConfigured` with one line: which variable, what is wrong with it, and
what would be right.
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

FILE = BASE_DIR / ".env"

environment = environ.Env()
environment.read_env(FILE)

# Every variable that a reader was asked for; a test compares it with .env.example.
asked_for: set[str] = set()


def refuse(name: str, problem: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} {problem}")


def text(name: str, default: str = "") -> str:
    """The variable's value; an empty one is as good as none."""
    asked_for.add(name)
    return str(environment.str(name, default="")).strip() or default


def boolean(name: str, *, default: bool) -> bool:
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise refuse(name, f"is {value!r}; write true or false.")


def integer(name: str, *, default: int, least: int, most: int) -> int:
    value = text(name)
    try:
        number = int(value) if value else default
    except ValueError:
        raise refuse(name, f"is {value!r}; write a whole number.") from None
    if not least <= number <= most:
        raise refuse(name, f"is {number}; it must lie between {least} and {most}.")
    return number


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in allowed:
        raise refuse(name, f"is {value!r}; write one of {', '.join(allowed)}.")
    return value


def directory(name: str, default: Path) -> Path:
    """An absolute path; the directory is made when it is first needed."""
    value = text(name)
    path = Path(value) if value else default
    if not path.is_absolute():
        raise refuse(name, f"is {value!r}; write an absolute path.")
    if path.exists() and not path.is_dir():
        raise refuse(name, f"is {value!r}, which is no directory.")
    return path


def names(name: str, default: list[str]) -> list[str]:
    value = text(name)
    return [part.strip() for part in value.split(",") if part.strip()] if value else default


def web_address(name: str, default: str) -> str:
    """An absolute http(s) address without a trailing slash."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise refuse(name, f"is {value!r}; write an address such as https://sms.example.com.")
    return value


def database(name: str, default: str) -> dict[str, Any]:
    value = text(name, default)
    if urlsplit(value).scheme not in {"postgres", "postgresql"}:
        raise refuse(name, "must be a postgresql:// address; Tollgate runs on PostgreSQL only.")
    found = dict(environ.Env.db_url_config(value))
    if not found.get("NAME"):
        raise refuse(name, "names no database; write postgresql://user:password@host/database.")
    return found


def broker(name: str) -> str:
    """The broker's address; ``pgmq://`` alone means a database beside Tollgate's own."""
    value = text(name, "pgmq://")
    if urlsplit(value).scheme not in {"pgmq", "redis", "rediss", "amqp", "amqps"}:
        raise refuse(name, "must be a redis://, rediss://, amqp://, amqps:// or pgmq:// address.")
    return value


def mail(name: str, *, debug: bool) -> dict[str, Any]:
    """Django's ``EMAIL_*`` settings. Without a value mails are printed in development, and refused
    elsewhere, so that whoever invites somebody is told."""
    value = text(name, "consolemail://" if debug else "")
    if not value:
        return {"EMAIL_BACKEND": "config.mail.NoMail"}
    try:
        parts = urlsplit(value)
        found = dict(environ.Env.email_url_config(value))
    except (ImproperlyConfigured, ValueError):
        parts, found = None, {}
    if parts is None or (parts.scheme.startswith("smtp") and not parts.hostname):
        raise refuse(name, "is no mail server; write smtp+tls://user:password@host:587.")
    return {key: given for key, given in found.items() if given not in (None, "")}


def hosts(name: str, public_url: str, *, debug: bool) -> list[str]:
    """Names that requests may ask for: as given, else the host of the public address.

    On this machine alone, whatever means this machine.
    """
    host = urlsplit(public_url).hostname or ""
    local = ["127.0.0.1", "localhost", "[::1]"]
    return names(name, local if debug or host in {"127.0.0.1", "localhost", "::1"} else [host])


def secret_key(name: str, *, debug: bool) -> str:
    value = text(name)
    if value:
        if (len(value) < 50 or len(set(value)) < 5) and not debug:
            raise refuse(name, "is too short or too regular; `make secret` prints a good one.")
        return value
    if debug:
        return "development-only-" + "0" * 50
    raise refuse(name, "is not set; `make secret` prints a good one.")


def encryption_keys(name: str, *, debug: bool) -> list[str]:
    """Fernet keys, newest first: the first encrypts, all decrypt."""
    keys = names(name, [])
    if not keys and debug:
        return [base64.urlsafe_b64encode(b"tollgate-development-only-key-32").decode()]
    if not keys:
        raise refuse(name, "is not set; `make secret` prints a good one.")
    for key in keys:
        try:
            raw = base64.urlsafe_b64decode(key)
        except (binascii.Error, ValueError):
            raw = b""
        if len(raw) != 32:
            raise refuse(name, "holds a key that is not 32 bytes in URL-safe base64.")
    return keys
