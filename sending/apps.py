from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SendingConfig(AppConfig):
    name = "sending"
    verbose_name = _("Sending")

    def ready(self) -> None:
        from accounts.signals import workspace_created
        from sending.law.statutes import add_missing
        from sending.preferences import with_workspace

        post_migrate.connect(add_missing, sender=self, dispatch_uid="sending.law.statutes")
        workspace_created.connect(with_workspace, dispatch_uid="sending.preferences")
