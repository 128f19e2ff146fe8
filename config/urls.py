from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from sending.pages.explain.views import explain_number

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("admin/explain/", explain_number, name="explain"),
    path("admin/settings/sms/call-forwarding/", include("forwarding.pages.urls")),
    path("admin/settings/sms/", include("sending.pages.settings.urls")),
    path("admin/", admin.site.urls),
    path("", include("sending.urls")),
    path("", include("forwarding.carrier_urls")),
    path("language/", include("django.conf.urls.i18n")),
]

handler403 = "accounts.errors.forbidden"
handler404 = "accounts.errors.not_found"
