"""What stands in for a mail server where none is configured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.mail.backends.base import BaseEmailBackend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.mail import EmailMessage


class NoMail(BaseEmailBackend):
    """Refuses each mail as a server out of reach would, so that the sender hears of it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise OSError("EMAIL_URL is not set, so no mail can be sent.")
