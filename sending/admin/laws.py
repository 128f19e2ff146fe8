"""The dated table of laws, for platform staff: rows are added and ended, hardly ever deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts import scope
from accounts.forms import WorkspaceForm
from accounts.scoping import PlatformModelAdmin
from sending import law_table
from sending.models import FrequencyLaw

if TYPE_CHECKING:
    from django.http import HttpRequest

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
                    law_table.add(law=row)
                else:
                    law_table.end(
                        law=cast("FrequencyLaw", self.instance),
                        last_day=given.get("ends_on"),
                        today=timezone.localdate(),
                    )
                transaction.set_rollback(True)
        except ValidationError as error:
            self.add_error(None, ValidationError(error.messages))
        return given


@admin.register(FrequencyLaw)
class FrequencyLawAdmin(PlatformModelAdmin):
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
    fields = [*FIXED[:4], "ends_on", *FIXED[4:]]
    ordering = ["state", "-starts_on"]
    actions = None

    @admin.display(description=gettext_lazy("limit"))
    def rule(self, law: FrequencyLaw) -> str:
        return law_table.rule_in_words(cap=law.cap, hours=law.window_hours)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Of a row that is there only the last day changes."""
        return FIXED if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        begun = obj is None or obj.starts_on <= timezone.localdate()
        return scope.changes_all(request) and not begun

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        if change:
            law_table.end(law=obj, last_day=obj.ends_on, today=timezone.localdate())
        else:
            law_table.add(law=obj)

    def delete_model(self, request: HttpRequest, obj: FrequencyLaw) -> None:
        law_table.withdraw(law=obj, today=timezone.localdate())
