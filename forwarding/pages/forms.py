from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from forwarding.destinations import SENTENCES, Refusal


class ForwardingForm(forms.Form):
    """The number in any spelling; `forwarding.rules` judges it, with a sentence for each fault."""

    destination = forms.CharField(
        label=_("Forwarding number"),
        max_length=40,
        required=False,
        error_messages={"max_length": SENTENCES[Refusal.TOO_LONG]},
        help_text=_("A US number that a person answers, local or toll-free."),
        widget=UnfoldAdminTextInputWidget(
            attrs={
                "type": "tel",
                "inputmode": "tel",
                "autocomplete": "off",
                "placeholder": "(415) 555-0123",
                "data-us-number": "",
            }
        ),
    )
    # The rule as it was when the form was opened.
    seen = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)


class DeleteForm(forms.Form):
    seen = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
