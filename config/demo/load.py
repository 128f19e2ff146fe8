"""Loads the whole demo, step by step; each step finds what an interrupted run left and goes on."""

from __future__ import annotations

from django.conf import settings

from accounts.roles import Role
from config.demo.calls import ensure_calls
from config.demo.contacts import ensure_contacts
from config.demo.history import DRAFT, ensure_history
from config.demo.samples import STORES
from config.demo.workspace import STAFF, email_of, ensure_workspace


def load_demo(*, simulator_url: str) -> None:
    juniper = ensure_workspace(simulator_url=simulator_url)
    ensure_contacts(juniper)
    ensure_history(juniper)
    ensure_calls(juniper)


def what_to_do_next() -> list[str]:
    """The log-ins and first steps, for the terminal."""
    members = ", ".join(email_of(role) for role in Role if role != Role.OWNER)
    file = STORES.relative_to(settings.BASE_DIR)
    return [
        f"Log in as {email_of(Role.OWNER)}, password {settings.DEMO_PASSWORD}",
        f"  or as {members}; platform staff: {STAFF}",
        f"Next: open the campaign “{DRAFT}”, look at its preflight, and send it;",
        f"  import {file} and see what is wrong with it;",
        "  set up call forwarding under Settings, and call the number from the carrier's page.",
    ]
