from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from consent.models import Purpose
from consent.numbering import NumberError, parse

if TYPE_CHECKING:
    from accounts.models import Workspace


class ExplainForm(forms.Form):
    """``at`` is cleaned to an aware time in UTC, or None for now."""

    number = forms.CharField(
        label=_("Number"),
        max_length=40,
        help_text=_("In any spelling, such as (239) 555-0123."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    purpose = forms.ModelChoiceField(
        label=_("Purpose"), queryset=Purpose.objects.none(), widget=UnfoldAdminSelectWidget
    )
    at = forms.DateTimeField(
        label=_("At (UTC)"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        help_text=_("Empty: now."),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        purposes = Purpose.objects.filter(workspace=workspace)
        self.fields["purpose"].queryset = purposes  # type: ignore[attr-defined]
        self.fields["purpose"].initial = purposes.first()

    def clean_number(self) -> str:
        text: str = self.cleaned_data["number"]
        try:
            return parse(text).e164
        except NumberError:
            raise ValidationError(_("This is not a phone number that exists.")) from None

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        return at.astimezone(UTC) if at else None
