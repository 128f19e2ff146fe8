"""Tab Carrier account: address, SID, a secret that is only ever written, and a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.frame import actor_of, workspace_of
from accounts.guard import requires
from accounts.roles import Capability
from sending import carrier_accounts
from sending.carriers.probe import Probe, probe
from sending.models import CarrierAccount
from sending.pages import shell
from sending.pages.settings import tabs
from sending.pages.settings.forms import CarrierEditForm, CarrierForm

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpRequest, HttpResponse

EDITING = Capability.SENDERS


@require_http_methods(["GET", "HEAD"])
@requires(Capability.READ)
def carrier(request: HttpRequest) -> HttpResponse:
    workspace = workspace_of(request)
    # The secret stays in the database: the page has no use for it.
    accounts = CarrierAccount.objects.filter(workspace=workspace).defer("auth_token")
    return tabs.tab(request, "carrier", "carrier", EDITING, {"accounts": accounts})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(EDITING)
def add_carrier(request: HttpRequest) -> HttpResponse:
    form = CarrierForm(shell.posted(request), initial={"api_url": "https://api.twilio.com"})
    if request.method == "POST" and form.is_valid():
        try:
            added = carrier_accounts.add(
                workspace=workspace_of(request),
                actor=actor_of(request),
                **form.cleaned_data,
            )
        except ValidationError as error:
            _show(form, error)
        else:
            messages.success(request, _("%(name)s was added.") % {"name": added.name})
            return tabs.to("carrier")
    context = {"form": form, "heading": _("Add a carrier account"), "button": _("Add account")}
    return tabs.tab(
        request, "carrier", "form", EDITING, {**context, "back": tabs.address("carrier")}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(EDITING)
def edit_carrier(request: HttpRequest, account_id: int) -> HttpResponse:
    account = shell.own(request, CarrierAccount, pk=account_id)
    initial = {
        "name": account.name,
        "api_url": account.api_url,
        "account_sid": account.account_sid,
    }
    form = CarrierEditForm(shell.posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            carrier_accounts.edit(account=account, actor=actor_of(request), **form.cleaned_data)
        except ValidationError as error:
            _show(form, error)
        else:
            messages.success(request, _("Saved."))
            return tabs.to("carrier")
    context = {
        "form": form,
        "heading": _("Edit %(name)s") % {"name": account.name},
        "button": _("Save"),
        "back": tabs.address("carrier"),
    }
    return tabs.tab(request, "carrier", "form", EDITING, context)


def _show(form: forms.Form, error: ValidationError) -> None:
    """Put each message beside its field, and those of fields the form lacks above it."""
    if not hasattr(error, "error_dict"):
        form.add_error("auth_token" if error.code == "secret_required" else None, error)
        return
    for field, found in error.error_dict.items():
        form.add_error(field if field in form.fields else None, found)


@require_POST
@requires(EDITING)
def test_carrier(request: HttpRequest, account_id: int) -> HttpResponse:
    """Ask the carrier; no transaction is open meanwhile."""
    account = shell.own(request, CarrierAccount, pk=account_id)
    answer = probe(
        api_url=account.api_url, account_sid=account.account_sid, auth_token=account.auth_token
    )
    level = messages.SUCCESS if answer is Probe.WORKS else messages.ERROR
    messages.add_message(request, level, f"{account.name}: {answer.label}")
    return tabs.to("carrier")
