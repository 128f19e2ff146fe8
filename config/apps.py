from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Tollgate"

    def ready(self) -> None:
        from config import checks  # noqa: F401  registers the system checks


class TollgateAdminConfig(AdminConfig):
    default_site = "accounts.site.TollgateAdminSite"
