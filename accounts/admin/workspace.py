"""Workspaces, for platform staff; a new one is made with its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminEmailInputWidget

from accounts import workspaces
from accounts.models import Membership, User, Workspace
from accounts.roles import Role
from accounts.scoping import PlatformModelAdmin

if TYPE_CHECKING:
    from django.db.models import QuerySet

    _Form = forms.ModelForm[Workspace]
else:
    _Form = forms.ModelForm


class NewWorkspaceForm(_Form):
    owner_email = forms.EmailField(
        label=_("Owner's e-mail address"),
        help_text=_("Of an account that exists; add one under Users first."),
        widget=UnfoldAdminEmailInputWidget(),
    )

    class Meta:
        model = Workspace
        fields = ("name", "slug")

    def clean_owner_email(self) -> User:
        email = self.cleaned_data["owner_email"]
        owner = User.objects.filter(email__iexact=email, is_active=True).first()
        if owner is None:
            raise ValidationError(_("There is no active account with this address."))
        return owner


@admin.register(Workspace)
class WorkspaceAdmin(PlatformModelAdmin):
    workspace_lookup = "pk"
    # Consent, messages and decisions refer to it for good.
    may_delete = False
    list_display = ("name", "slug", "owner", "member_count", "created_at")
    search_fields = ("name", "slug")
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    fields = ("name", "slug")

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        if obj is None:
            kwargs.update(form=NewWorkspaceForm, fields=("name", "slug"))
        return super().get_form(request, obj, *args, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        names = self.fields if obj else (*self.fields, "owner_email")
        return [(None, {"fields": names})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Workspace]:
        owners = Membership.objects.filter(workspace=OuterRef("pk"), role=Role.OWNER)
        rows: QuerySet[Workspace] = super().get_queryset(request)
        return rows.annotate(
            owner_email=Subquery(owners.values("user__email")[:1]),
            member_total=Count("memberships"),
        )

    @admin.display(description=_("Owner"), ordering="owner_email")
    def owner(self, row: Any) -> str:
        return str(row.owner_email)

    @admin.display(description=_("Members"), ordering="member_total")
    def member_count(self, row: Any) -> int:
        return int(row.member_total)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        if change:
            super().save_model(request, obj, form, change)
            return
        made = workspaces.create(
            name=obj.name, slug=obj.slug, owner=form.cleaned_data["owner_email"]
        )
        obj.pk = made.pk
        obj._state.adding = False
