"""The sidebar: who sees which way in. A page that is not installed is left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from accounts.current import user_may
from accounts.roles import Capability
from accounts.scope import sees_all

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.functional import _StrPromise

STAFF = "staff"


@dataclass(frozen=True)
class Way:
    """One entry. The first of ``names`` that is a page is where it leads."""

    title: str | _StrPromise
    icon: str
    names: tuple[str, ...]
    needs: Capability | str = Capability.READ

    def url(self) -> str | None:
        for name in self.names:
            try:
                return reverse(name)
            except NoReverseMatch:
                continue
        return None

    def is_open_to(self, request: HttpRequest) -> bool:
        if isinstance(self.needs, Capability):
            return user_may(request, self.needs)
        return sees_all(request)


SETTINGS_PAGES = ("sms_settings:preferences", "admin:sending_senderpreferences_changelist")

SECTIONS: tuple[tuple[str | _StrPromise | None, tuple[Way, ...]], ...] = (
    (None, (Way(_("Dashboard"), "dashboard", ("admin:index",)),)),
    (
        _("Sending"),
        (
            Way(_("Campaigns"), "campaign", ("admin:sending_campaign_changelist",)),
            Way(_("Messages"), "sms", ("admin:sending_message_changelist",)),
            Way(_("Calls"), "call", ("admin:forwarding_call_changelist",)),
            Way(_("Ask about a number"), "help_center", ("explain", "admin:explain")),
        ),
    ),
    (
        _("Consent"),
        (
            Way(_("Contacts"), "contacts", ("admin:consent_contact_changelist",)),
            Way(_("Imports"), "upload_file", ("admin:consent_importjob_changelist",)),
            Way(_("Purposes"), "label", ("admin:consent_purpose_changelist",)),
            Way(_("Wordings"), "format_quote", ("admin:consent_wording_changelist",)),
        ),
    ),
    (
        _("Settings › SMS"),
        (
            Way(_("Sender preferences"), "tune", SETTINGS_PAGES),
            Way(_("Sender numbers"), "dialpad", ("admin:sending_sendernumber_changelist",)),
            Way(
                _("Carrier"),
                "cell_tower",
                ("sms_settings:carrier", "admin:sending_carrieraccount_changelist"),
                Capability.SENDERS,
            ),
        ),
    ),
    (
        _("Workspace"),
        (
            Way(_("Members"), "group", ("admin:accounts_membership_changelist",)),
            Way(_("Who may do what"), "rule", ("admin:roles",)),
            Way(_("Journal"), "history_edu", ("admin:accounts_journalentry_changelist",)),
        ),
    ),
    (
        _("Platform"),
        (
            Way(_("Workspaces"), "domain", ("admin:accounts_workspace_changelist",), STAFF),
            Way(_("Users"), "badge", ("admin:accounts_user_changelist",), STAFF),
            Way(_("Laws"), "gavel", ("admin:sending_frequencylaw_changelist",), STAFF),
        ),
    ),
)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The sections in the shape that Unfold's sidebar reads, without what the user may not see."""
    shown = []
    for title, ways in SECTIONS:
        items = [
            {"title": way.title, "icon": way.icon, "link": way.url()}
            for way in ways
            if way.is_open_to(request) and way.url()
        ]
        if items:
            shown.append({"title": title, "items": items})
    return shown


def settings_url(request: HttpRequest) -> str | None:
    """Where "Settings" leads: Settings > SMS; None for someone without a workspace."""
    if not user_may(request, Capability.READ):
        return None
    return Way("", "", SETTINGS_PAGES).url()
