"""A text field whose value is encrypted in the database."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    _Text = models.TextField[str, str]
else:
    _Text = models.TextField


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def decrypted(stored: str) -> str:
    """The text whose stored form this is. Raises `ImproperlyConfigured` when no key opens it."""
    return _decrypted(tuple(settings.ENCRYPTION_KEYS), stored)


# A webhook opens the same secret for every call.
@lru_cache(maxsize=256)
def _decrypted(keys: tuple[str, ...], stored: str) -> str:
    try:
        return _cipher(keys).decrypt(stored.encode()).decode()
    except InvalidToken:
        raise ImproperlyConfigured(
            "No key in ENCRYPTION_KEYS opens a stored secret; put the key that wrote it back."
        ) from None


class EncryptedTextField(_Text):
    """Stores its text under the first of ``ENCRYPTION_KEYS``; reads what any of them wrote.

    It cannot be searched. Reading a value that no key opens raises `ImproperlyConfigured`.
    """

    def get_prep_value(self, value: Any) -> Any:
        if value is None or value == "":
            return value
        return _cipher(tuple(settings.ENCRYPTION_KEYS)).encrypt(str(value).encode()).decode()

    def from_db_value(
        self, value: str | None, expression: object, connection: BaseDatabaseWrapper
    ) -> str | None:
        return decrypted(value) if value else value
