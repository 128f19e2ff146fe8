"""Setting a first password and resetting a lost one, by a link in an e-mail."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import views
from django.contrib.auth.forms import PasswordResetForm, SetPasswordForm
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _
from unfold.widgets import BASE_INPUT_CLASSES

from accounts.models import User

if TYPE_CHECKING:
    from collections.abc import Iterator

    _SetPassword = SetPasswordForm[User]
else:
    _SetPassword = SetPasswordForm


logger = logging.getLogger(__name__)


def link_for(user: User) -> str:
    """The address at which ``user`` sets a password; it works once, for PASSWORD_RESET_TIMEOUT."""
    where = reverse(
        "admin:set_password",
        kwargs={
            "uidb64": urlsafe_base64_encode(force_bytes(user.pk)),
            "token": default_token_generator.make_token(user),
        },
    )
    return f"{settings.PUBLIC_URL}{where}"


def send_link(*, user: User, template: str, **context: Any) -> None:
    """Mail ``user`` the link. Raises what the mail backend raises (`OSError`, `SMTPException`)."""
    text = render_to_string(
        f"accounts/mail/{template}.txt", {"user": user, "link": link_for(user), **context}
    )
    subject, _blank, body = text.partition("\n")
    send_mail(subject.strip(), body.lstrip(), None, [user.email])


class ForgottenForm(PasswordResetForm):
    """Also serves those who never set a password: an invitation may have been lost."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _style(self.fields.values())

    def get_users(self, email: str) -> Iterator[User]:
        return User.objects.filter(email__iexact=email, is_active=True).iterator()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Mail each; who asks learns nothing about who has an account."""
        for user in self.get_users(self.cleaned_data["email"]):
            try:
                send_link(user=user, template="forgotten")
            except (OSError, SMTPException):
                # The page is the same as for an address without an account.
                logger.exception("The link for a forgotten password could not be mailed.")


class FirstPasswordForm(_SetPassword):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _style(self.fields.values())


def _style(fields: Any) -> None:
    for field in fields:
        field.widget.attrs["class"] = " ".join(BASE_INPUT_CLASSES)


class _Page:
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)  # type: ignore[misc]
        shell = admin.site.each_context(self.request)  # type: ignore[attr-defined]
        return {**shell, **context}


class Forgotten(_Page, views.PasswordResetView):
    form_class = ForgottenForm
    template_name = "accounts/password_form.html"
    title = _("Set a new password")
    success_url = reverse_lazy("admin:password_link_sent")
    extra_context = {
        "intro": _("We mail a link to this address, if there is an account for it."),
        "button": _("Send the link"),
    }


class LinkSent(_Page, views.PasswordResetDoneView):
    template_name = "accounts/password_note.html"
    title = _("Look into your mail")
    extra_context = {
        "note": _(
            "If there is an account for this address, a link is on its way. It works once, for "
            "three days."
        )
    }


class SetPassword(_Page, views.PasswordResetConfirmView):
    form_class = FirstPasswordForm
    template_name = "accounts/password_form.html"
    title = _("Choose a password")
    success_url = reverse_lazy("admin:password_set")
    extra_context = {"button": _("Save the password")}


class PasswordSet(_Page, views.PasswordResetCompleteView):
    template_name = "accounts/password_note.html"
    title = _("Your password is set")
    extra_context = {"note": _("Log in with it now."), "log_in": True}


def urls() -> list[URLPattern]:
    """Public by nature: whoever lost a password is not logged in. The token is the guard."""
    return [
        path("password/forgotten/", Forgotten.as_view(), name="admin_password_reset"),
        path("password/sent/", LinkSent.as_view(), name="password_link_sent"),
        path("password/set/<uidb64>/<token>/", SetPassword.as_view(), name="set_password"),
        path("password/done/", PasswordSet.as_view(), name="password_set"),
    ]
