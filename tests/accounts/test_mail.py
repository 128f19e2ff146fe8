"""What happens where no mail can be sent: the inviter is told, a stranger learns nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership
from accounts.roles import Role
from tests.cast import Cast

FORGOTTEN = "/admin/password/forgotten/"


@pytest.fixture(autouse=True)
def no_mail_server(settings: Any) -> None:
    settings.EMAIL_BACKEND = "config.mail.NoMail"


def test_an_inviter_is_told_that_the_link_was_not_sent(cast: Cast, client: Client) -> None:
    client.force_login(cast.members[Role.ADMIN])
    page = client.post(
        "/admin/accounts/membership/invite/",
        {"email": "new@acme.example", "role": "manager", "reason": "New colleague"},
        follow=True,
    )
    assert "could not be sent" in page.content.decode()
    assert Membership.objects.filter(user__email="new@acme.example").exists()


def test_a_forgotten_password_looks_the_same_and_the_log_says_why(
    cast: Cast, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    unknown = client.post(FORGOTTEN, {"email": "no@one.example"}, follow=True)
    assert not caplog.records
    known = client.post(FORGOTTEN, {"email": "owner@acme.example"}, follow=True)
    assert known.status_code == unknown.status_code == 200
    assert known.content.decode().split("<body")[1] == unknown.content.decode().split("<body")[1]
    assert "EMAIL_URL is not set" in caplog.text
