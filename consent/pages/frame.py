"""What the pages share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpResponseRedirect
from django.urls import NoReverseMatch, reverse

from accounts import frame
from accounts.current import user_may
from accounts.roles import Capability

if TYPE_CHECKING:
    from django.core.exceptions import ValidationError
    from django.http import HttpRequest
    from django.template.response import TemplateResponse

    from accounts.scoping import WorkspaceModelAdmin


def show(
    admin: WorkspaceModelAdmin,
    request: HttpRequest,
    template: str,
    title: object,
    context: dict[str, Any],
) -> TemplateResponse:
    """A template of ``consent/`` within the admin's shell."""
    shared = {
        "opts": admin.model._meta,
        "may_consent": user_may(request, Capability.CONSENT),
    }
    return frame.show(request, f"consent/{template}", title, {**shared, **context})


def url(model: str, name: str, *args: object) -> str:
    return reverse(f"admin:consent_{model}_{name}", args=args)


def go(model: str, name: str, *args: object) -> HttpResponseRedirect:
    return HttpResponseRedirect(url(model, name, *args))


def page_if_there(name: str) -> str:
    """Where a page of a higher room is; empty when it is not installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def blame(form: forms.Form, error: ValidationError, fields: dict[str, str]) -> None:
    """Put a service's refusal beside the field that its code is about."""
    field = fields.get(error.code or "")
    form.add_error(field if field in form.fields else None, error)
