"""Forms of the members' pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanWidget,
)

from accounts.models import Membership, Workspace
from accounts.reason import ReasonForm
from accounts.roles import Role

ASSIGNABLE = [(role.value, role.label) for role in Role if role != Role.OWNER]


class AddForm(ReasonForm):
    email = forms.EmailField(
        label=_("E-mail address"),
        widget=UnfoldAdminEmailInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Whoever has no account yet gets a link to choose a password."),
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=ASSIGNABLE, initial=Role.ANALYST, widget=UnfoldAdminSelectWidget()
    )
    field_order = ("email", "role", "reason")


class RoleForm(ReasonForm):
    role = forms.ChoiceField(
        label=_("New role"), choices=ASSIGNABLE, widget=UnfoldAdminSelectWidget()
    )
    field_order = ("role", "reason")


class HandOverForm(ReasonForm):
    """Offers the members of one workspace who can log in, except its owner."""

    member = forms.ModelChoiceField(
        label=_("New owner"), queryset=Membership.objects.none(), widget=UnfoldAdminSelectWidget()
    )
    sure = forms.BooleanField(
        label=_("I understand that I cannot take ownership back myself."),
        widget=UnfoldBooleanWidget(),
    )
    field_order = ("member", "reason", "sure")

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = workspace.memberships.exclude(role=Role.OWNER).filter(user__is_active=True)
        field = self.fields["member"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = others.select_related("user").order_by("user__name", "user__email")
