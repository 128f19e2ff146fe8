"""The question that every risky change asks: why?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget


def reason_field(*, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        max_length=2000,
        required=required,
        help_text=help_text or _("The journal keeps it, with your name and the time."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


class ReasonForm(forms.Form):
    reason = reason_field()
    field_order: Any = None
