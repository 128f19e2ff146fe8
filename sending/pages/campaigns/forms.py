"""Forms of the campaign pages; the services judge what they hold."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from consent.models import Purpose
from sending.campaigns.drafts import MAX_NAME
from sending.campaigns.senders import usable_senders
from sending.models import Campaign, SenderNumber, SenderPreferences
from sending.models.campaign import MAX_BODY

if TYPE_CHECKING:
    from accounts.models import Workspace

# htmx asks for the count while one types; without it the count comes with the next page.
MEASURED = {
    "rows": 7,
    "hx-post": reverse_lazy("admin:sending_campaign_measure"),
    "hx-trigger": "input changed delay:200ms",
    "hx-target": "#measure",
    "hx-sync": "this:replace",
    "aria-describedby": "count",
}


class ComposeForm(forms.Form):
    """A campaign's content, with choices of one workspace."""

    name = forms.CharField(
        label=_("Name"),
        max_length=MAX_NAME,
        widget=UnfoldAdminTextInputWidget(attrs={"autofocus": True}),
        help_text=_("For you and your colleagues; nobody else sees it."),
    )
    purpose = forms.ModelChoiceField(
        label=_("Purpose"),
        queryset=Purpose.objects.none(),
        widget=UnfoldAdminSelectWidget,
        help_text=_("Only those who consented to this purpose get the text."),
    )
    audience = forms.ChoiceField(
        label=_("Audience"),
        choices=Campaign.Audience.choices,
        initial=Campaign.Audience.PURPOSE,
        widget=UnfoldAdminRadioSelectWidget,
    )
    sender = forms.ModelChoiceField(
        label=_("Sender"),
        queryset=SenderNumber.objects.none(),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    body = forms.CharField(
        label=_("Text"),
        max_length=MAX_BODY,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs=MEASURED),
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        purposes = Purpose.objects.filter(workspace=workspace)
        _choices(self.fields["purpose"]).queryset = purposes
        if not self.initial.get("purpose") and len(purposes) == 1:
            self.initial["purpose"] = purposes[0]
        ids = [sender.pk for sender in usable_senders(workspace.pk)]
        sender = _choices(self.fields["sender"])
        sender.queryset = SenderNumber.objects.filter(pk__in=ids)
        sender.empty_label = _("As the sender preferences say%s") % _preferred(workspace)


def _choices(field: forms.Field) -> forms.ModelChoiceField[Any]:
    assert isinstance(field, forms.ModelChoiceField)
    return field


def _preferred(workspace: Workspace) -> str:
    preferences = SenderPreferences.objects.filter(workspace=workspace)
    chosen = preferences.select_related("us_sender").first()
    return f" ({chosen.us_sender.number})" if chosen and chosen.us_sender else ""


class ScheduleForm(forms.Form):
    """A time on the wall clock of ``zone``; ``cleaned_data["at"]`` is aware."""

    at = forms.CharField(label=_("Date and time"))
    zone = forms.CharField(required=False)

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if "at" not in data:
            return data
        name = data.get("zone") or "UTC"
        if name not in available_timezones():
            raise ValidationError(_("This time zone is not known."), code="zone_unknown")
        zone = ZoneInfo(name)
        try:
            wall = datetime.fromisoformat(data["at"]).replace(tzinfo=None)
        except ValueError:
            raise ValidationError(_("Enter a date and a time."), code="time_unreadable") from None
        at = wall.replace(tzinfo=zone)
        # In the hour that summer time leaves out, the clock never shows this time.
        if at.astimezone(ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None) != wall:
            raise ValidationError(
                _("On that day the clock skips this time. Choose another."), code="time_skipped"
            )
        # In the hour that its end repeats, the clock shows this time twice.
        if at.utcoffset() != at.replace(fold=1).utcoffset():
            raise ValidationError(
                _("On that day the clock shows this time twice. Choose an hour earlier or later."),
                code="time_repeated",
            )
        data["at"] = at
        return data
