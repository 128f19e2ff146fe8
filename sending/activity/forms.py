from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget


class SettleForm(forms.Form):
    went = forms.TypedChoiceField(
        label=_("What became of it?"),
        choices=[
            ("1", _("It went out: it counts toward the limits from then on")),
            ("0", _("It did not go out: it no longer counts")),
        ],
        coerce=lambda value: value == "1",
        widget=UnfoldAdminRadioSelectWidget,
    )
    reason = forms.CharField(
        label=_("How do you know?"),
        max_length=2000,
        help_text=_("The journal keeps it, with your name and the time."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )
