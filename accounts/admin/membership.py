"""Members of the current workspace; every change goes through `accounts.members`."""

from __future__ import annotations

from smtplib import SMTPException
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts import members, passwords
from accounts.current import current_membership, user_may
from accounts.form_page import form_page
from accounts.frame import actor_of, workspace_of
from accounts.guard import fetch
from accounts.history import HistoryMixin
from accounts.member_forms import AddForm, HandOverForm, RoleForm
from accounts.models import Membership, User
from accounts.reason import ReasonForm
from accounts.roles import Capability, Role
from accounts.scoping import WorkspaceModelAdmin

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet


@admin.register(Membership)
class MembershipAdmin(HistoryMixin, WorkspaceModelAdmin):
    list_display = ("person", "email", "role", "created_at", "state", "links")
    list_filter = ("role",)
    list_select_related = ("user", "workspace")
    search_fields = ("user__name", "user__email")
    search_help_text = _lazy("Name or e-mail address")
    ordering = ("user__name", "user__email")
    change_list_template = "accounts/members.html"

    # --- columns -----------------------------------------------------------------------------
    @admin.display(description=_lazy("Name"), ordering="user__name")
    def person(self, row: Membership) -> str:
        return str(row.user)

    @admin.display(description=_lazy("E-mail address"), ordering="user__email")
    def email(self, row: Membership) -> str:
        return row.user.email

    @admin.display(description=_lazy("State"))
    def state(self, row: Membership) -> str:
        if not row.user.is_active:
            return _("Switched off")
        return _("Active") if row.user.has_usable_password() else _("Invited, no password yet")

    @admin.display(description=_lazy("Change"))
    def links(self, row: Membership) -> str:
        if row.role == Role.OWNER:
            return ""
        return format_html_join(
            " · ",
            '<a class="tg-link" href="{}">{}</a>',
            (
                (reverse("admin:accounts_membership_role", args=[row.pk]), _("Role")),
                (reverse("admin:accounts_membership_remove", args=[row.pk]), _("Remove")),
            ),
        )

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = super().get_list_display(request)
        if not user_may(request, Capability.MEMBERS):
            columns.remove("links")
        return columns

    # --- pages -------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        return [
            self.page("invite/", self.invite, "invite", Capability.MEMBERS),
            self.page("hand-over/", self.hand_over, "hand_over", Capability.OWNERSHIP),
            self.page("<int:object_id>/role/", self.role, "role", Capability.MEMBERS),
            self.page("<int:object_id>/remove/", self.remove, "remove", Capability.MEMBERS),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        extra = kwargs.pop("extra_context", None) or {}
        extra["may_invite"] = user_may(request, Capability.MEMBERS)
        extra["may_hand_over"] = _owner(request)
        return super().changelist_view(request, *args, extra_context=extra, **kwargs)

    def invite(self, request: HttpRequest) -> HttpResponse:
        workspace = workspace_of(request)
        form = AddForm(request.POST or None)

        def add(data: dict[str, Any]) -> str:
            membership = members.add(workspace=workspace, actor=actor_of(request), **data)
            return self._welcome(request, membership)

        return self._form(
            request,
            form,
            add,
            title=_("Add a member to %(name)s") % {"name": workspace.name},
            button=_("Add"),
        )

    def role(self, request: HttpRequest, object_id: int) -> HttpResponse:
        membership = self._member(request, object_id)
        form = RoleForm(request.POST or None, initial={"role": membership.role})

        def change(data: dict[str, Any]) -> str:
            changed = members.change_role(
                workspace=membership.workspace,
                member=membership.user,
                actor=actor_of(request),
                **data,
            )
            return _("%(member)s is now %(role)s.") % {
                "member": changed.user,
                "role": changed.get_role_display(),
            }

        return self._form(
            request,
            form,
            change,
            title=_("Change the role of %(member)s") % {"member": membership.user},
            lead=_("Now: %(role)s.") % {"role": membership.get_role_display()},
            button=_("Change the role"),
            roles_link=True,
        )

    def remove(self, request: HttpRequest, object_id: int) -> HttpResponse:
        membership = self._member(request, object_id)

        def remove(data: dict[str, Any]) -> str:
            members.remove(
                workspace=membership.workspace,
                member=membership.user,
                actor=actor_of(request),
                **data,
            )
            return _("%(member)s is no longer a member.") % {"member": membership.user}

        return self._form(
            request,
            ReasonForm(request.POST or None),
            remove,
            title=_("Remove %(member)s?") % {"member": membership.user},
            lead=_("They lose access to %(workspace)s at once. The account and all they did stay.")
            % {"workspace": membership.workspace},
            button=_("Remove"),
            danger=True,
        )

    def hand_over(self, request: HttpRequest) -> HttpResponse:
        workspace = workspace_of(request)
        if not _owner(request):
            return TemplateResponse(
                request,
                "accounts/not_owner.html",
                {**self.admin_site.each_context(request), "title": _("Hand over ownership")},
                status=403,
            )

        def hand_over(data: dict[str, Any]) -> str:
            heir: User = data["member"].user
            members.hand_over(
                workspace=workspace, to=heir, actor=actor_of(request), reason=data["reason"]
            )
            return _("%(member)s is now the owner, and you are an admin.") % {"member": heir}

        return self._form(
            request,
            HandOverForm(request.POST or None, workspace=workspace),
            hand_over,
            title=_("Hand over ownership of %(name)s") % {"name": workspace.name},
            lead=_(
                "The new owner may do everything, and you become an admin. Both happen at once."
            ),
            button=_("Hand over"),
            danger=True,
        )

    # --- what they share ---------------------------------------------------------------------
    def _member(self, request: HttpRequest, object_id: int) -> Membership:
        rows: QuerySet[Membership] = Membership.objects.select_related("user", "workspace")
        membership = fetch(request, rows, Capability.MEMBERS, pk=object_id)
        if membership.role == Role.OWNER:
            raise Http404
        return membership

    def _form(
        self,
        request: HttpRequest,
        form: forms.Form,
        apply: Callable[[dict[str, Any]], str],
        **context: Any,
    ) -> HttpResponse:
        back = reverse("admin:accounts_membership_changelist")
        return form_page(request, form, apply, site=self.admin_site, back=back, **context)

    def _welcome(self, request: HttpRequest, membership: Membership) -> str:
        """Mail the link to whoever has no password; after the commit, and never shown to others."""
        user, workspace = membership.user, membership.workspace
        if user.has_usable_password():
            return _("%(member)s is a member now.") % {"member": user}
        try:
            passwords.send_link(
                user=user,
                template="invitation",
                workspace=workspace.name,
                inviter=str(request.user),
                role=membership.get_role_display(),
            )
        except (OSError, SMTPException):
            messages.warning(
                request,
                _(
                    "The mail with the link could not be sent. %(member)s can ask for one on the "
                    "log-in page, under the forgotten password."
                )
                % {"member": user},
            )
            return _("%(member)s is a member now.") % {"member": user}
        return _("%(member)s is a member now and gets a link to choose a password.") % {
            "member": user
        }


def _owner(request: HttpRequest) -> bool:
    """Only the owner hands over, not even a superuser: the service refuses anyone else."""
    membership = current_membership(request)
    return membership is not None and membership.role == Role.OWNER
