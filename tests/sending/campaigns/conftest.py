from __future__ import annotations

import pytest
from django.test import Client

from accounts.roles import Role
from tests.cast import Cast
from tests.sending.campaigns.pages import as_role


@pytest.fixture
def coordinator(cast: Cast) -> Client:
    return as_role(cast, Role.COORDINATOR)
