"""Contacts: the list, found by number, and the page of one with what its consent amounts to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display as labelled

from accounts.guard import demand
from accounts.roles import Capability
from accounts.scoping import WorkspaceModelAdmin
from consent.contacts import number_search
from consent.models import Contact
from consent.pages import contacts as pages
from consent.paging import CappedPaginator

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase
    from django.urls import URLPattern


@admin.register(Contact)
class ContactAdmin(WorkspaceModelAdmin):
    add_capability = Capability.CONSENT
    list_display = ("number", "name", "state", "standing", "created_at")
    list_filter = (("opted_out_at", admin.EmptyFieldListFilter),)
    list_select_related = ("workspace",)
    search_fields = ("number",)
    search_help_text = _("A number in any spelling, or its first digits.")
    paginator = CappedPaginator
    list_per_page = 50
    # The index of numbers gives this order; any other would sort a million rows.
    ordering = ("workspace", "number")
    sortable_by = ()

    def get_urls(self) -> list[URLPattern]:
        own = [
            self.page(
                f"<int:pk>/{path}/", partial(view, self), path.replace("-", "_"), Capability.CONSENT
            )
            for path, view in (("opt-in", pages.opt_in), ("opt-out", pages.opt_out))
        ]
        urls: list[URLPattern] = super().get_urls()
        return own + urls

    def changeform_view(  # type: ignore[override]
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """The contact's page; a new contact is an opt-in by hand."""
        if object_id is None:
            demand(request, Capability.CONSENT)
            return pages.add(self, request)
        demand(request, Capability.READ)
        if request.method == "POST":
            raise Http404
        return pages.contact_page(self, request, self.fetch(request, pk=object_id))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Contact], search_term: str
    ) -> tuple[QuerySet[Contact], bool]:
        return queryset.filter(**number_search(search_term)), False

    @labelled(description=_("consent"), label={"out": "danger", "reachable": "info"})  # type: ignore[untyped-decorator]
    def standing(self, contact: Contact) -> tuple[str, str]:
        if contact.opted_out_at is not None:
            return "out", str(_("opted out"))
        return "reachable", str(_("no opt-out"))
