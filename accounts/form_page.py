"""A page of one form, for admin classes: shown, checked, handed to a service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.contrib.admin import AdminSite


def form_page(
    request: HttpRequest,
    form: forms.Form,
    apply: Callable[[dict[str, Any]], str],
    *,
    site: AdminSite,
    back: str,
    **context: Any,
) -> HttpResponse:
    """Show ``form``; when sent and good, ``apply`` its data and say the sentence that it returns.

    What ``apply`` refuses by `ValidationError` stands above the form. ``context`` is of
    ``accounts/form_page.html``: title, lead, button, danger, roles_link.
    """
    if request.method == "POST" and form.is_valid():
        data = {name: value for name, value in form.cleaned_data.items() if name != "sure"}
        try:
            messages.success(request, apply(data))
        except ValidationError as refused:
            form.add_error(None, ValidationError(refused.messages))
        else:
            return HttpResponseRedirect(back)
    page = {**site.each_context(request), **context, "back": back, "form": form}
    return TemplateResponse(request, "accounts/form_page.html", page)
