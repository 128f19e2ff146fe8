"""The dated table of laws, for platform staff: rows are added and ended, each with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import scope
from accounts.form_page import form_page
from accounts.forms import WorkspaceForm
from accounts.frame import actor_of
from accounts.history import HistoryMixin
from accounts.reason import ReasonForm, reason_field
from accounts.scoping import PlatformModelAdmin
from sending import law_table
from sending.models import FrequencyLaw

if TYPE_CHECKING:
    from accounts.models import User

FIXED = [
    "state",
    "cap",
    "window_hours",
    "starts_on",
    "on_by_default",
    "citation",
    "source",
]


class LawForm(WorkspaceForm):
    """Tries the change and undoes it, so that what the service refuses is an error of the form."""

    reason = reason_field()
    actor: ClassVar[User]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.errors:
            return given
        row = FrequencyLaw(
            **{field: given.get(field, getattr(self.instance, field)) for field in FIXED},
            ends_on=given.get("ends_on"),
        )
        try:
            with transaction.atomic():
                if self.instance.pk is None:
                    law_table.add(law=row, actor=self.actor, reason=given["reason"])
                else:
                    law_table.end(
                        law=cast("FrequencyLaw", self.instance),
                        last_day=given.get("ends_on"),
                        today=timezone.localdate(),
                        actor=self.actor,
                        reason=given["reason"],
                    )
                transaction.set_rollback(True)
        except ValidationError as error:
            self.add_error(None, ValidationError(error.messages))
        return given


@admin.register(FrequencyLaw)
class FrequencyLawAdmin(HistoryMixin, PlatformModelAdmin):
    # By a page that asks for the reason; see `withdraw`.
    may_delete = False
    form = LawForm
    list_display = [
        "state",
        "rule",
        "citation",
        "starts_on",
        "ends_on",
        "on_by_default",
    ]
    list_filter = ["state", "on_by_default"]
    fields = [*FIXED[:4], "ends_on", *FIXED[4:], "reason"]
    ordering = ["state", "-starts_on"]
    actions = None

    @admin.display(description=gettext_lazy("limit"))
    def rule(self, law: FrequencyLaw) -> str:
        return law_table.rule_in_words(cap=law.cap, hours=law.window_hours)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Of a row that is there only the last day changes."""
        return [*FIXED, "withdrawal"] if obj else []

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who only reads is not asked for a reason."""
        fields = list(self.fields)
        if not scope.changes_all(request):
            fields.remove("reason")
        elif obj is not None and obj.starts_on > timezone.localdate():
            fields.append("withdrawal")
        return fields

    @admin.display(description=gettext_lazy("Not in force yet"))
    def withdrawal(self, law: FrequencyLaw) -> str:
        where = reverse("admin:sending_frequencylaw_withdraw", args=[law.pk])
        return format_html('<a class="tg-link" href="{}">{}</a>', where, _("Withdraw it"))

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, *args, **kwargs)
        form.actor = request.user
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        who, why = actor_of(request), form.cleaned_data["reason"]
        if change:
            law_table.end(
                law=obj, last_day=obj.ends_on, today=timezone.localdate(), actor=who, reason=why
            )
        else:
            law_table.add(law=obj, actor=who, reason=why)

    def get_urls(self) -> list[URLPattern]:
        page = self.platform_page("<int:object_id>/withdraw/", self.withdraw, "withdraw")
        return [page, *super().get_urls()]

    def withdraw(self, request: HttpRequest, object_id: int) -> HttpResponse:
        law: FrequencyLaw = self.fetch(request, pk=object_id)

        def withdraw(data: dict[str, Any]) -> str:
            law_table.withdraw(law=law, today=timezone.localdate(), actor=actor_of(request), **data)
            return _("The law was withdrawn.")

        return form_page(
            request,
            ReasonForm(request.POST or None),
            withdraw,
            site=self.admin_site,
            back=reverse("admin:sending_frequencylaw_changelist"),
            title=_("Withdraw this law?"),
            lead=f"{law.state}, {law.citation}: {self.rule(law)}",
            button=_("Withdraw"),
            danger=True,
        )
