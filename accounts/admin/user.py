"""Accounts of people, for platform staff. Members are added on the members' page instead."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldBooleanWidget

from accounts.form_page import form_page
from accounts.frame import actor_of
from accounts.models import User
from accounts.reason import ReasonForm
from accounts.rights import Rights, rights_of
from accounts.rights import change as change_rights
from accounts.scoping import PlatformModelAdmin

if TYPE_CHECKING:
    from django.db.models import QuerySet


class RightsForm(ReasonForm):
    is_active = forms.BooleanField(
        label=_("Active"),
        required=False,
        help_text=_("May log in."),
        widget=UnfoldBooleanWidget(),
    )
    is_staff = forms.BooleanField(
        label=_("Platform staff"),
        required=False,
        help_text=_("Nothing by itself; together with the compliance team, sees every workspace."),
        widget=UnfoldBooleanWidget(),
    )
    compliance = forms.BooleanField(
        label=_("Compliance team"), required=False, widget=UnfoldBooleanWidget()
    )
    is_superuser = forms.BooleanField(
        label=_("Superuser"),
        required=False,
        help_text=_("Sees and changes everything."),
        widget=UnfoldBooleanWidget(),
    )
    field_order = ("is_active", "is_staff", "compliance", "is_superuser", "reason")


@admin.register(User)
class UserAdmin(DjangoUserAdmin, PlatformModelAdmin):  # type: ignore[misc, type-arg]
    workspace_lookup = "memberships__workspace"
    may_delete = False
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "name", "is_active", "is_staff", "is_superuser", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = (
        "is_active",
        "is_staff",
        "compliance",
        "is_superuser",
        "change_rights",
        "last_login",
        "date_joined",
    )
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("name", "phone")}),
        (
            _("Platform"),
            {
                "fields": readonly_fields,
                "description": _("Roles in workspaces are kept on the members' page of each."),
            },
        ),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),
    )

    @admin.display(description=_("compliance team"), boolean=True)
    def compliance(self, row: User) -> bool:
        return row.in_compliance

    @admin.display(description=_("Change"))
    def change_rights(self, row: User) -> str:
        where = reverse("admin:accounts_user_rights", args=[row.pk])
        return format_html(
            '<a class="tg-link" href="{}">{}</a>', where, _("Rights on the platform")
        )

    def get_urls(self) -> list[URLPattern]:
        page = self.platform_page("<int:object_id>/rights/", self.rights, "rights")
        return [page, *super().get_urls()]

    def rights(self, request: HttpRequest, object_id: int) -> HttpResponse:
        user = self.fetch(request, pk=object_id)
        form = RightsForm(request.POST or None, initial=asdict(rights_of(user)))

        def change(data: dict[str, Any]) -> str:
            reason = data.pop("reason")
            given = Rights(**data)
            change_rights(user=user, rights=given, actor=actor_of(request), reason=reason)
            return gettext("%(user)s now has: %(rights)s.") % {
                "user": user,
                "rights": given.in_words(),
            }

        return form_page(
            request,
            form,
            change,
            site=self.admin_site,
            back=reverse("admin:accounts_user_change", args=[user.pk]),
            title=gettext("Rights of %(user)s on the platform") % {"user": user},
            lead=gettext("Roles in workspaces are kept on the members' page of each."),
            button=gettext("Change the rights"),
            danger=True,
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        rows: QuerySet[User] = super().get_queryset(request)
        return rows

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return list(self.list_filter)
