"""Purposes and wordings. A wording never changes: a new text is a new version."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Max
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability
from accounts.scoping import WorkspaceModelAdmin
from consent.models import Purpose, Wording
from consent.pages import exports

if TYPE_CHECKING:
    from django.forms import ModelForm


@admin.register(Purpose)
class PurposeAdmin(WorkspaceModelAdmin):
    add_capability = change_capability = Capability.CONSENT
    list_display = ("name", "description", "export_link")
    search_fields = ("name",)
    fields = ("name", "description")
    list_per_page = 50

    def get_urls(self) -> list[URLPattern]:
        page = self.page(
            "<int:pk>/export/", partial(exports.export, self), "export", Capability.CONSENT
        )
        urls: list[URLPattern] = super().get_urls()
        return [page, *urls]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = super().get_list_display(request)
        if not self.may(request, Capability.CONSENT):
            columns.remove("export_link")
        return columns

    @admin.display(description=_("who opted in"))
    def export_link(self, purpose: Purpose) -> str:
        return format_html(
            '<a class="text-link" href="{}">{}</a>',
            reverse("admin:consent_purpose_export", args=[purpose.pk]),
            _("Export as CSV"),
        )


@admin.register(Wording)
class WordingAdmin(WorkspaceModelAdmin):
    add_capability = Capability.CONSENT
    list_display = ("code", "version", "text", "created_at")
    search_fields = ("code", "text")
    fields = ("code", "text")
    list_per_page = 50

    def get_fields(self, request: HttpRequest, obj: Wording | None = None) -> tuple[str, ...]:
        return ("code", "text") if obj is None else ("code", "version", "text", "created_at")

    def save_model(
        self,
        request: HttpRequest,
        obj: Wording,
        form: ModelForm[Wording],
        change: bool,  # noqa: FBT001
    ) -> None:
        """The next version of its id; two people at once are kept apart by the constraint."""
        versions = Wording.objects.filter(workspace_id=obj.workspace_id, code=obj.code)
        obj.version = (versions.aggregate(newest=Max("version"))["newest"] or 0) + 1
        super().save_model(request, obj, form, change)
