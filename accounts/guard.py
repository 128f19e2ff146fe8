"""The door to every page of our own: log-in, role and workspace, checked for every method."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Manager, Model, QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import scope
from accounts.current import user_may
from accounts.roles import Capability

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponseBase

View = TypeVar("View", bound="Callable[..., HttpResponseBase]")
Row = TypeVar("Row", bound=Model)


class RoleNeeded(PermissionDenied):
    """Refused for lack of a role; the page for it names the roles that have the capability."""

    def __init__(self, capability: Capability) -> None:
        super().__init__(_("Your role does not allow this."))
        self.capability = capability


def demand(request: HttpRequest, capability: Capability) -> None:
    """Raise `RoleNeeded` unless the user has ``capability`` in the current workspace."""
    if not user_may(request, capability):
        raise RoleNeeded(capability)


def requires(capability: Capability) -> Callable[[View], View]:
    """Guard a view, function or method of an admin class, with one capability.

    Whoever is not logged in goes to the log-in page; whoever lacks the role gets 403 and the roles
    that could help. The crawl test finds the guard by ``guarded_by``.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> HttpResponseBase:
            request = next(each for each in args if isinstance(each, HttpRequest))
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("admin:login"))
            demand(request, capability)
            return view(*args, **kwargs)

        guarded.guarded_by = capability  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def requires_on(
    find: Callable[[HttpRequest, int], Row], capability: Capability
) -> Callable[[Callable[[HttpRequest, Row], HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """As `requires`, for a view of one row, which gets the row in place of its id.

    The row is found first: what is another workspace's is not there for anybody (404), whatever
    the role; then the role is asked for.
    """

    def decorate(
        view: Callable[[HttpRequest, Row], HttpResponseBase],
    ) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, **keys: int) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("admin:login"))
            (key,) = keys.values()
            row = find(request, key)
            demand(request, capability)
            return view(request, row)

        guarded.guarded_by = capability  # type: ignore[attr-defined]
        return guarded

    return decorate


def fetch(
    request: HttpRequest,
    rows: type[Row] | QuerySet[Row] | Manager[Row],
    capability: Capability = Capability.READ,
    **lookup: Any,
) -> Row:
    """The one row that matches ``lookup``, if it may be used with ``capability``.

    Raises `Http404` when there is none or it is another workspace's, so that nobody learns which.
    For any capability but `Capability.READ`, platform staff reach no further than members do.
    """
    queryset: QuerySet[Row]
    if isinstance(rows, QuerySet):
        queryset = rows
    else:
        queryset = rows.all() if isinstance(rows, Manager) else rows._default_manager.all()
    reach = scope.visible if capability == Capability.READ else scope.writable
    try:
        found = reach(request, queryset).filter(**lookup).first()
    except (TypeError, ValueError, OverflowError, ValidationError):
        found = None
    if found is None:
        raise Http404
    return found
