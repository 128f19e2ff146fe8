"""The history of a tracked row, as the database itself recorded it (pghistory)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.guard import RoleNeeded
from accounts.models import User
from accounts.roles import Capability

if TYPE_CHECKING:
    from django.db.models import Model

PER_PAGE = 50
LABELS = {"insert": _("created"), "update": _("changed"), "delete": _("deleted")}


class HistoryMixin:
    """For an admin class of a model under `pghistory.track`: its history page lists who, when and
    what, whoever wrote it: a form, a command, or SQL by hand."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):  # type: ignore[attr-defined]
            raise RoleNeeded(Capability.READ) from PermissionDenied()
        page = Paginator(events_of(row), PER_PAGE).get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("History of %(row)s") % {"row": row},
            "object": row,
            "page": page,
            "changes": described(list(page), type(row)),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "accounts/history.html", context)


def events_of(row: Model) -> Any:
    """The events of one row, newest first."""
    from pghistory.models import Events

    rows = Events.objects.tracks(row)  # type: ignore[no-untyped-call]
    return rows.order_by("-pgh_created_at", "-pgh_id")


def described(events: list[Any], model: type[Model]) -> list[dict[str, Any]]:
    """Each event as ``at``, ``who``, ``what`` and ``diff``: (field, before, after) in words."""
    ids = {event.pgh_context.get("user") for event in events if event.pgh_context}
    people: dict[Any, str] = {
        user.pk: str(user) for user in User.objects.filter(pk__in=ids - {None})
    }
    return [
        {
            "at": event.pgh_created_at,
            "who": people.get((event.pgh_context or {}).get("user"), ""),
            "what": LABELS.get(event.pgh_label, event.pgh_label),
            "diff": [
                (_field(model, name), before, after)
                for name, (before, after) in (event.pgh_diff or {}).items()
            ],
        }
        for event in events
    ]


def _field(model: type[Model], name: str) -> str:
    for field in model._meta.concrete_fields:
        if name in (field.name, field.attname):
            return str(field.verbose_name)
    return name
