"""What the pages share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse

from accounts.current import user_may
from accounts.roles import Capability

if TYPE_CHECKING:
    from django.core.exceptions import ValidationError
    from django.http import HttpRequest

    from accounts.models import User
    from accounts.scoping import WorkspaceModelAdmin


def show(
    admin: WorkspaceModelAdmin,
    request: HttpRequest,
    template: str,
    title: object,
    context: dict[str, Any],
) -> TemplateResponse:
    """A template of ``consent/`` within the admin's shell."""
    request.current_app = admin.admin_site.name
    shared = {
        **admin.admin_site.each_context(request),
        "opts": admin.model._meta,
        "title": title,
        "may_consent": user_may(request, Capability.CONSENT),
    }
    return TemplateResponse(request, f"consent/{template}", {**shared, **context})


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


def actor(request: HttpRequest) -> User:
    """The logged-in user; behind `accounts.guard.requires` there is one."""
    return request.user  # type: ignore[return-value]


def blame(form: forms.Form, error: ValidationError, fields: dict[str, str]) -> None:
    """Put a service's refusal beside the field that its code is about."""
    field = fields.get(error.code or "")
    form.add_error(field if field in form.fields else None, error)
