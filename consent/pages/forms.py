"""Forms of the consent pages. Choosers offer rows of one workspace only."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from consent.imports.columns import FIELDS, REQUIRED
from consent.imports.times import TimeError, read_time
from consent.imports.verdicts import SENTENCES
from consent.models import ConsentRecord, ImportJob, Purpose, Wording

if TYPE_CHECKING:
    from accounts.models import Workspace

    _PurposeChoice = forms.ModelChoiceField[Purpose]
    _WordingChoice = forms.ModelChoiceField[Wording]
else:
    _PurposeChoice = _WordingChoice = forms.ModelChoiceField

USUAL_ZONES = [
    *("UTC", "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix"),
    *("America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico"),
    *("Europe/Berlin", "Europe/London", "America/Sao_Paulo"),
]
LARGEST_FILE = 1 << 30


def zones() -> list[tuple[Any, Any]]:
    usual = [(name, name.replace("_", " ")) for name in USUAL_ZONES]
    others = sorted(
        name for name in available_timezones() if "/" in name and not name.startswith("Etc/")
    )
    return [
        (_("Often used"), usual),
        (_("All"), [(name, name.replace("_", " ")) for name in others if name not in USUAL_ZONES]),
    ]


def _text(
    label: Any, *, at_most: int = 200, required: bool = False, **more: Any
) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=at_most,
        required=required,
        widget=UnfoldAdminTextInputWidget(),
        **more,
    )


def _long(label: Any, *, required: bool = False, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=10_000,
        required=required,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        **more,
    )


def _purpose() -> _PurposeChoice:
    return _PurposeChoice(
        label=_("Purpose"),
        queryset=Purpose.objects.none(),
        widget=UnfoldAdminSelectWidget(),
        empty_label=_("Choose a purpose"),
    )


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV in UTF-8, UTF-16 or Windows-1252; comma, semicolon or tab."),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )
    purpose = _purpose()
    collected_by = _text(
        _("Who collected the consent"),
        required=True,
        help_text=_("The company, shop or person. It also stands for rows that name nobody."),
    )
    collection_method = _long(
        _("How it was collected"),
        required=True,
        help_text=_("The page, form or event, and what people saw there."),
    )
    not_bought = forms.BooleanField(
        label=_("I state that this consent was not bought, rented or exchanged."),
        widget=UnfoldBooleanWidget(),
        help_text=_("Kept with your name and the time. Consent cannot be passed on."),
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        purposes = Purpose.objects.filter(workspace=workspace)
        self.fields["purpose"].queryset = purposes  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise ValidationError(_("The file is larger than 1 GB. Split it."), code="file_large")
        return file


class ColumnsForm(forms.Form):
    """One chooser per column of the file: which field it is."""

    time_zone = forms.ChoiceField(
        label=_("Time zone of times that name none"),
        choices=zones,
        widget=UnfoldAdminSelectWidget(),
    )
    date_order = forms.ChoiceField(
        label=_("Dates such as 01/02/2026"),
        choices=ImportJob.DateOrder.choices,
        widget=UnfoldAdminRadioSelectWidget(),
        help_text=_("Where the file does not show the order, such rows are rejected, not guessed."),
    )

    def __init__(self, *args: Any, job: ImportJob, **kwargs: Any) -> None:
        kwargs["initial"] = {"time_zone": job.time_zone, "date_order": job.date_order}
        super().__init__(*args, **kwargs)
        self.job = job
        chosen = {index: field for field, index in job.mapping.items()}
        choices = [("", _("— not read —"))] + [
            (field, f"{title} *" if field in REQUIRED else title) for field, title in FIELDS.items()
        ]
        for index, title in enumerate(job.header):
            self.fields[f"column_{index}"] = forms.ChoiceField(
                label=title or _("column %(n)s") % {"n": index + 1},
                choices=choices,
                required=False,
                initial=chosen.get(index, ""),
                widget=UnfoldAdminSelectWidget(),
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        mapping: dict[str, int] = {}
        for index in range(len(self.job.header)):
            field = cleaned.get(f"column_{index}")
            if field and field in mapping:
                self.add_error(
                    f"column_{index}",
                    ValidationError(_("Another column is this field already."), code="field_twice"),
                )
            elif field:
                mapping[field] = index
        missing = [str(FIELDS[field]) for field in REQUIRED if field not in mapping]
        if missing and not self.errors:
            raise ValidationError(
                _("No column is chosen for: %(fields)s. Without it no row is consent."),
                code="field_missing",
                params={"fields": ", ".join(missing)},
            )
        cleaned["mapping"] = mapping
        return cleaned


class EventForm(forms.Form):
    """What every hand-written event has: source, when, and a confirmation."""

    source = forms.ChoiceField(
        label=_("Source"), choices=ConsentRecord.Source.choices, widget=UnfoldAdminSelectWidget()
    )
    when = forms.CharField(
        label=_("When"),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local", "step": "60"}),
    )
    zone = forms.ChoiceField(
        label=_("Time zone"), choices=zones, initial="UTC", widget=UnfoldAdminSelectWidget()
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "when" in cleaned and "zone" in cleaned:
            try:
                moment, _remark = read_time(
                    cleaned["when"], zone=ZoneInfo(cleaned["zone"]), order=""
                )
            except TimeError as problem:
                self.add_error(
                    "when", ValidationError(str(SENTENCES[problem.code]), code=problem.code)
                )
            else:
                cleaned["occurred_at"] = _aware(moment)
        return cleaned


def _aware(moment: datetime) -> datetime:
    assert moment.tzinfo is not None
    return moment


class OptOutForm(EventForm):
    detail = _long(_("Detail"), help_text=_("What the person said, and to whom."))
    confirm = forms.BooleanField(
        label=_("This person wants no more texts, for any purpose."), widget=UnfoldBooleanWidget()
    )


class OptInForm(EventForm):
    purpose = _purpose()
    collector = _text(_("Collected by"))
    place = _text(_("Place"), help_text=_("Shop, event or address of the page."))
    wording = _WordingChoice(
        label=_("Wording or script"),
        queryset=Wording.objects.none(),
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )
    detail = _long(_("Detail"))
    proof = forms.FileField(label=_("Proof"), required=False, widget=UnfoldAdminFileFieldWidget())
    confirm = forms.BooleanField(
        label=_("The person answered yes to this purpose."), widget=UnfoldBooleanWidget()
    )
    field_order = ["purpose", "source", "when", "zone"]

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model in (("purpose", Purpose), ("wording", Wording)):
            rows = model.objects.filter(workspace=workspace)
            self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        spoken = {
            ConsentRecord.Source.IN_PERSON: "place",
            ConsentRecord.Source.PHONE_CALL: "wording",
        }
        wanted = spoken.get(cleaned.get("source"))  # type: ignore[arg-type]
        for name in ("collector", wanted) if wanted else ():
            if name and not cleaned.get(name):
                self.add_error(
                    name,
                    ValidationError(
                        _("A carrier asks for this when consent was given in person or by phone."),
                        code="detail_missing",
                    ),
                )
        return cleaned


class NewContactForm(OptInForm):
    number = _text(_("Number"), at_most=40, required=True)
    first_name = _text(_("First name"), at_most=80)
    last_name = _text(_("Last name"), at_most=80)
    field_order = ["number", "first_name", "last_name", "purpose", "source", "when", "zone"]
