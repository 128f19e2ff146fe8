from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ForwardingConfig(AppConfig):
    name = "forwarding"
    verbose_name = _("Call forwarding")

    def ready(self) -> None:
        from accounts import scope
        from forwarding.models import CallEvent, ForwardingRule
        from forwarding.pages.section import section
        from sending.pages.settings import sections

        scope.declare(ForwardingRule, "sender__workspace")
        scope.declare(CallEvent, "call__workspace")
        sections.add(section)
