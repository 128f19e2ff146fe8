"""Consent records and states: to be read. Only `consent.ledger` writes them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.roles import Capability
from accounts.scoping import WorkspaceModelAdmin
from consent.contacts import number_search
from consent.models import ConsentRecord, ConsentState
from consent.pages import proofs
from consent.paging import CappedPaginator

if TYPE_CHECKING:
    from django.urls import URLPattern


class _ReadOnly(WorkspaceModelAdmin):
    paginator = CappedPaginator
    list_per_page = 50
    list_select_related = ("contact", "purpose", "workspace")
    search_fields = ("contact__number",)
    search_help_text = "+1 239 555 0123"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ConsentRecord], search_term: str
    ) -> tuple[QuerySet[ConsentRecord], bool]:
        """By number, in any spelling."""
        return queryset.filter(**number_search(search_term, "contact__number")), False


@admin.register(ConsentRecord)
class ConsentRecordAdmin(_ReadOnly):
    list_display = ("contact", "kind", "purpose", "source", "occurred_at", "recorded_at")
    list_filter = ("kind", "source", "purpose")
    # Served by the index of a workspace's records; the newest come first.
    ordering = ("-id",)
    sortable_by = ()
    # Its address is nobody's to open; the contact's page offers the download.
    exclude = ("proof",)

    def get_urls(self) -> list[URLPattern]:
        proof = partial(proofs.proof_file, self)
        page = self.page("<int:pk>/proof/", proof, "proof", Capability.CONSENT)
        urls: list[URLPattern] = super().get_urls()
        return [page, *urls]


@admin.register(ConsentState)
class ConsentStateAdmin(_ReadOnly):
    list_display = ("contact", "purpose", "status", "opted_in_at")
    list_filter = ("status", "purpose")
    ordering = ("-id",)
    sortable_by = ()
