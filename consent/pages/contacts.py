"""One contact: what its consent amounts to, everything that happened, and changes by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.current import current_workspace
from accounts.frame import actor_of
from accounts.roles import Capability
from consent import ledger
from consent.contacts import get_or_create
from consent.models import ConsentRecord, ConsentState, Contact, ImportJob
from consent.pages.forms import NewContactForm, OptInForm, OptOutForm
from consent.pages.frame import blame, go, page_if_there, show, url

if TYPE_CHECKING:
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from accounts.scoping import WorkspaceModelAdmin

SHOWN = 100
FIELD_OF = {
    "time_in_future": "when",
    "time_without_zone": "when",
    "opted_out_later": "when",
    "source_unknown": "source",
    "other_workspace": "purpose",
}


def contact_page(
    admin: WorkspaceModelAdmin, request: HttpRequest, contact: Contact
) -> HttpResponse:
    states = ConsentState.objects.filter(contact=contact).select_related("purpose", "record")
    records = list(
        ConsentRecord.objects.filter(contact=contact)
        .select_related("purpose", "wording", "recorded_by")
        .order_by("-occurred_at", "-id")[: SHOWN + 1]
    )
    files = {each.import_job_id for each in records if each.import_job_id}
    names = dict(ImportJob.objects.filter(pk__in=files).values_list("pk", "file_name"))
    return show(
        admin,
        request,
        "contacts/contact.html",
        contact.number,
        {
            "contact": contact,
            "states": states,
            "events": [(each, names.get(each.import_job_id or 0)) for each in records[:SHOWN]],
            "more": len(records) > SHOWN,
            "explain": page_if_there("explain"),
            "back": url("contact", "changelist"),
        },
    )


def opt_out(admin: WorkspaceModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    contact: Contact = admin.fetch(request, Capability.CONSENT, pk=pk)
    form = OptOutForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            ledger.opt_out(
                contact=contact,
                source=said["source"],
                occurred_at=said["occurred_at"],
                detail=said["detail"],
                recorded_by=actor_of(request),
            )
        except ValidationError as error:
            blame(form, error, FIELD_OF)
        else:
            messages.success(request, _("%(number)s gets no more texts.") % {"number": contact})
            return go("contact", "change", contact.pk)
    running = ConsentState.objects.filter(contact=contact, status=ConsentState.Status.OPTED_IN)
    purposes = ", ".join(running.order_by("purpose__name").values_list("purpose__name", flat=True))
    return show(
        admin,
        request,
        "contacts/form.html",
        _("Record an opt-out"),
        {
            "form": form,
            "heading": contact.number,
            "lead": _("In force at once, for every purpose. It stops: %(purposes)s.")
            % {"purposes": purposes}
            if purposes
            else _("In force at once, for every purpose of the workspace."),
            "button": _("Record the opt-out"),
            "danger": True,
            "back": url("contact", "change", contact.pk),
        },
    )


def opt_in(admin: WorkspaceModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    contact: Contact = admin.fetch(request, Capability.CONSENT, pk=pk)
    form = OptInForm(request.POST or None, request.FILES or None, workspace=contact.workspace)
    if request.method == "POST" and form.is_valid():
        try:
            _record(request, contact, form)
        except ValidationError as error:
            blame(form, error, FIELD_OF)
        else:
            messages.success(request, _("The opt-in is on record."))
            return go("contact", "change", contact.pk)
    lead = _("For one purpose only.")
    if contact.opted_out_at is not None:
        lead = _(
            "This person opted out on %(when)s. Only a yes that they gave after that counts, and "
            "it brings back one purpose only."
        ) % {"when": f"{contact.opted_out_at:%Y-%m-%d %H:%M} UTC"}
    return show(
        admin,
        request,
        "contacts/form.html",
        _("Record an opt-in"),
        {
            "form": form,
            "heading": contact.number,
            "lead": lead,
            "button": _("Record the opt-in"),
            "back": url("contact", "change", contact.pk),
        },
    )


def add(admin: WorkspaceModelAdmin, request: HttpRequest) -> HttpResponse:
    """A contact begins with an opt-in: without one there is no reason to keep a number."""
    workspace = current_workspace(request)
    if workspace is None:
        raise Http404
    form = NewContactForm(request.POST or None, request.FILES or None, workspace=workspace)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            with transaction.atomic():
                contact = get_or_create(
                    workspace=workspace,
                    number=said["number"],
                    first_name=said["first_name"],
                    last_name=said["last_name"],
                )
                _record(request, contact, form)
        except ValidationError as error:
            fields = FIELD_OF if error.code in FIELD_OF else {str(error.code): "number"}
            blame(form, error, fields)
        else:
            messages.success(request, _("The opt-in is on record."))
            return go("contact", "change", contact.pk)
    return show(
        admin,
        request,
        "contacts/form.html",
        _("Record an opt-in"),
        {
            "form": form,
            "heading": _("A new number"),
            "lead": _("For one purpose only. Many at once come in through Imports."),
            "button": _("Record the opt-in"),
            "back": url("contact", "changelist"),
        },
    )


def _record(request: HttpRequest, contact: Contact, form: Form) -> None:
    said: dict[str, Any] = form.cleaned_data
    ledger.opt_in(
        contact=contact,
        purpose=said["purpose"],
        source=said["source"],
        occurred_at=said["occurred_at"],
        wording=said["wording"],
        collector=said["collector"],
        place=said["place"],
        detail=said["detail"],
        proof=said["proof"],
        recorded_by=actor_of(request),
    )
