"""Who may do what: the one table that every view, admin page, action and export asks.

The table is PRODUCT.md section 1. A role that is not in a capability's row does not have it.

Phone numbers follow from it: whoever may read the workspace sees them whole on its pages; a file of
them needs the capability of what it is a file of, `CONSENT` for consent and `CAMPAIGNS` for message
activity. Callers are no contacts: in the call log and in a file of it their numbers are whole only
for who may set up call forwarding (`CALL_FORWARDING`), and masked for everybody else. Wherever else
text goes and stays (logs, the journal, what commands print for people, e-mails) numbers are masked
with `consent.numbering.mask`. Sender numbers and forwarding numbers are settings and stand whole,
also in the journal.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    MANAGER = "manager", _("Manager")
    COORDINATOR = "coordinator", _("Campaign coordinator")
    ANALYST = "analyst", _("Analyst")


class Capability(TextChoices):
    READ = "read", _("read the workspace")
    CALL_FORWARDING = "call_forwarding", _("set up, edit and delete call forwarding")
    CAMPAIGNS = "campaigns", _("write, schedule, send, pause and cancel campaigns")
    PREFERENCES = "preferences", _("change keywords, quiet hours and Smart Sending")
    STATE_LAW = "state_law", _("switch state-law limits on or off")
    SENDERS = "senders", _("manage sender numbers and registrations")
    CONSENT = "consent", _("import and export consent")
    MEMBERS = "members", _("manage members and roles")
    OWNERSHIP = "ownership", _("buy credits and hand over ownership")


_EVERYONE = frozenset(Role)
_WRITERS = frozenset({Role.OWNER, Role.ADMIN, Role.MANAGER, Role.COORDINATOR})
_MANAGERS = frozenset({Role.OWNER, Role.ADMIN, Role.MANAGER})
_ADMINS = frozenset({Role.OWNER, Role.ADMIN})

ALLOWED: dict[Capability, frozenset[Role]] = {
    Capability.READ: _EVERYONE,
    Capability.CALL_FORWARDING: _WRITERS,
    Capability.CAMPAIGNS: _WRITERS,
    Capability.PREFERENCES: _MANAGERS,
    Capability.STATE_LAW: _ADMINS,
    Capability.SENDERS: _ADMINS,
    Capability.CONSENT: _ADMINS,
    Capability.MEMBERS: _ADMINS,
    Capability.OWNERSHIP: frozenset({Role.OWNER}),
}


def may(role: Role | str | None, capability: Capability) -> bool:
    """Whether a member with ``role`` has ``capability``; an unknown role has none."""
    return role in ALLOWED[capability]


def roles_with(capability: Capability) -> list[Role]:
    """The roles that have ``capability``, highest first, to say who could help."""
    return [role for role in Role if role in ALLOWED[capability]]
