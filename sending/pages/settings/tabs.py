"""The frame of Settings > SMS: its tabs, and the page that asks before something risky."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.frame import actor_of, show
from sending.pages import shell

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.http import HttpRequest, HttpResponse
    from django.template.response import TemplateResponse

    from accounts.roles import Capability

# In the order shown. A further room appends its own.
TABS = [
    ("preferences", _("Sender preferences")),
    ("smart_sending", _("Smart Sending")),
    ("state_law", _("State-law limits")),
    ("carrier", _("Carrier account")),
    ("history", _("History")),
]


def address(name: str, *args: object) -> str:
    return reverse(f"sms_settings:{name}", args=args)


def to(name: str, *args: object) -> HttpResponse:
    return redirect(address(name, *args))


def tab(
    request: HttpRequest,
    name: str,
    template: str,
    capability: Capability,
    context: dict[str, Any],
) -> TemplateResponse:
    """One tab, read-only for those without ``capability``."""
    tabs = [(key, title, address(key), key == name) for key, title in TABS]
    return show(
        request,
        f"sending/settings/{template}.html",
        str(_("Settings · SMS")),
        {"tabs": tabs, **shell.rights(request, capability), **context},
        status=200 if not _has_errors(context) else 422,
    )


def changed(
    request: HttpRequest, form: forms.Form, change: Callable[..., object], *, done: str, name: str
) -> HttpResponse | None:
    """Where the answered ``form`` leads; None to ask (again), with what was refused beside it.

    ``change`` is called with ``actor`` and ``reason``, the form's.
    """
    if not form.is_valid():
        return None
    try:
        change(actor=actor_of(request), reason=form.cleaned_data["reason"])
    except ValidationError as error:
        form.add_error(None, error)
        return None
    messages.success(request, done)
    return to(name)


def confirm(
    request: HttpRequest,
    name: str,
    capability: Capability,
    *,
    form: forms.Form,
    heading: str,
    consequences: list[str],
    button: str,
    blockers: list[str] | None = None,
    danger: bool = True,
) -> TemplateResponse:
    """Ask for a reason and a second yes; ``blockers`` say why it cannot be done now."""
    return tab(
        request,
        name,
        "confirm",
        capability,
        {
            "form": form,
            "heading": heading,
            "consequences": consequences,
            "blockers": blockers or [],
            "button": button,
            "danger": danger,
            "back": address(name),
        },
    )


def _has_errors(context: dict[str, Any]) -> bool:
    form = context.get("form")
    return bool(form is not None and form.is_bound and form.errors)
