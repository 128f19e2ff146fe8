"""Logging in by e-mail: platform staff, and members of any workspace."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm

from accounts.current import workspaces_of
from accounts.platform import is_platform_staff


class LoginForm(AuthenticationForm):
    """The admin's own form lets only staff in; members are not staff."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("This e-mail address and password do not match."),
        "inactive": _("This account is switched off."),
        "no_workspace": _("You are not a member of any workspace. Ask an admin to add you."),
    }

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = _("E-mail address")
        self.fields["username"].widget.input_type = "email"
        self.fields["username"].widget.attrs["autocomplete"] = "username"

    def confirm_login_allowed(self, user: AbstractBaseUser) -> None:
        if not user.is_active:
            raise ValidationError(self.error_messages["inactive"], code="inactive")
        if not is_platform_staff(user) and not workspaces_of(user).exists():
            raise ValidationError(self.error_messages["no_workspace"], code="no_workspace")
