"""Forms of Settings > SMS. Choosers offer rows of the given workspace only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.reason import ReasonForm, reason_field
from sending.countries import COUNTRIES
from sending.models import CarrierAccount, SenderNumber
from sending.preferences import LEAST_HOURS, LEAST_RATE, MOST_HOURS, MOST_RATE

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import Workspace

    _SenderChoice = forms.ModelChoiceField[SenderNumber]
else:
    _SenderChoice = forms.ModelChoiceField

Verification = SenderNumber.Verification
STATES = [choice for choice in Verification.choices if choice[0] != Verification.RELEASED]


class SmartSendingForm(forms.Form):
    on = forms.TypedChoiceField(
        label=_("Smart Sending"),
        choices=[("1", _("On")), ("0", _("Off"))],
        coerce=lambda value: value == "1",
        widget=UnfoldAdminRadioSelectWidget,
    )
    hours = forms.IntegerField(
        label=_("Window in hours"),
        min_value=LEAST_HOURS,
        max_value=MOST_HOURS,
        help_text=_(
            "1 to 720. Whoever got a promotional message less than this ago is skipped. "
            "Off or a shorter window asks for a reason next."
        ),
        widget=UnfoldAdminIntegerFieldWidget,
    )


class LooserForm(ReasonForm):
    """The reason for what was entered in a `SmartSendingForm`, which it carries along."""

    on = forms.CharField(widget=forms.HiddenInput)
    hours = forms.CharField(widget=forms.HiddenInput)
    confirmed = forms.CharField(widget=forms.HiddenInput, initial="1")


def senders_in_use(workspace: Workspace) -> QuerySet[SenderNumber]:
    return SenderNumber.objects.filter(workspace=workspace).exclude(
        verification=Verification.RELEASED
    )


class SenderLabel(_SenderChoice):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.number} · {obj.get_kind_display()} · {obj.get_verification_display()}"


class UsSenderForm(forms.Form):
    us_sender = SenderLabel(
        label=_("Sender for the United States"),
        queryset=SenderNumber.objects.none(),
        required=False,
        empty_label=_("None: nothing goes to US numbers unless the campaign names a sender"),
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["us_sender"].queryset = senders_in_use(workspace).filter(  # type: ignore[attr-defined]
            country="US"
        )


class _SenderForm(forms.Form):
    account = forms.ModelChoiceField(
        label=_("Carrier account"),
        queryset=CarrierAccount.objects.none(),
        widget=UnfoldAdminSelectWidget,
    )
    verification = forms.ChoiceField(
        label=_("Verification"), choices=STATES, widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = CarrierAccount.objects.filter(workspace=workspace)
        self.fields["account"].queryset = accounts  # type: ignore[attr-defined]


def _rate(*, required: bool, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=_("Messages per second"),
        required=required,
        min_value=LEAST_RATE,
        max_value=MOST_RATE,
        decimal_places=2,
        help_text=help_text,
        widget=UnfoldAdminDecimalFieldWidget(attrs={"step": "0.01"}),
    )


class SenderAddForm(_SenderForm):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=SenderNumber.Kind.choices, widget=UnfoldAdminSelectWidget
    )
    country = forms.ChoiceField(
        label=_("Country"), choices=COUNTRIES, widget=UnfoldAdminSelectWidget
    )
    number = forms.CharField(
        label=_("Number"),
        max_length=30,
        help_text=_("In any spelling; a short code as its five or six digits."),
        widget=UnfoldAdminTextInputWidget,
    )
    rate = _rate(
        required=False,
        help_text=_("Empty: as usual for the kind. Toll-free 3, long code 1, short code 10."),
    )
    reason = reason_field(
        required=False,
        help_text=_("Needed for another rate than the kind's; the journal keeps it."),
    )
    field_order = ["kind", "country", "number", "account", "verification", "rate", "reason"]


class SenderEditForm(_SenderForm):
    rate = _rate(required=True, help_text=_("No faster than the carrier grants for this number."))
    reason = reason_field()


class CarrierForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, widget=UnfoldAdminTextInputWidget)
    api_url = forms.CharField(
        label=_("API address"),
        max_length=200,
        help_text=_("https://api.twilio.com, or that of anything that speaks its API."),
        widget=UnfoldAdminTextInputWidget,
    )
    account_sid = forms.CharField(
        label=_("Account SID"),
        max_length=34,
        help_text=_("AC and 32 characters."),
        widget=UnfoldAdminTextInputWidget,
    )
    auth_token = forms.CharField(
        label=_("Secret (auth token)"),
        max_length=200,
        help_text=_("Stored encrypted and never shown again."),
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )


class CarrierEditForm(CarrierForm):
    reason = reason_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        secret = self.fields["auth_token"]
        secret.required = False
        secret.help_text = _("Empty keeps the stored one. It is never shown.")
