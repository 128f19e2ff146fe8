"""Purposes and wordings. A wording never changes: a new text is a new version."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.forms import WorkspaceForm
from accounts.history import HistoryMixin
from accounts.roles import Capability
from accounts.scoping import WorkspaceModelAdmin
from consent import wordings
from consent.models import ConsentState, Purpose, Wording
from consent.pages import exports

if TYPE_CHECKING:
    from django.forms import ModelForm


class PurposeForm(WorkspaceForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "name" in self.fields and self.instance.pk is not None:
            self.fields["name"].help_text = _(
                "Once someone has consented to it, the name stays. For another one, add a purpose."
            )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        purpose = cast("Purpose", self.instance)
        if purpose.pk is None or name == purpose.name:
            return name
        # The lock that the database takes too: nobody's consent slips in until it is saved.
        with transaction.atomic():
            Purpose.objects.select_for_update().get(pk=purpose.pk)
            if ConsentState.objects.filter(purpose=purpose).exists():
                raise ValidationError(
                    _(
                        "People have consented to “%(name)s”. Under another name their consent "
                        "would say what they never said yes to. Add a new purpose instead."
                    ),
                    code="purpose_in_use",
                    params={"name": purpose.name},
                )
        return name


@admin.register(Purpose)
class PurposeAdmin(HistoryMixin, WorkspaceModelAdmin):
    form = PurposeForm
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
        """The next version of its id."""
        wordings.add_version(wording=obj)
