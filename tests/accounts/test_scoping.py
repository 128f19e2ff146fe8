"""The scoping base, on admin classes made for the test."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin import site
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory

from accounts.guard import RoleNeeded, fetch, requires
from accounts.models import User
from accounts.roles import Capability, Role
from accounts.scoping import WorkspaceModelAdmin
from consent.models import ConsentState, Purpose
from sending.models import CarrierEvent, SenderNumber
from tests.cast import Cast, opted_in


class PurposeAdmin(WorkspaceModelAdmin):
    add_capability = change_capability = Capability.CONSENT


class StateAdmin(WorkspaceModelAdmin):
    change_capability = Capability.CONSENT
    list_filter = ("purpose", "contact__first_name")
    raw_id_fields = ("contact",)


def request_of(user: User, method: str = "get", **data: Any) -> HttpRequest:
    request: HttpRequest = getattr(RequestFactory(), method)("/", data)
    request.user = user
    request.session = SessionStore()
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
    return request


@pytest.fixture
def states(cast: Cast) -> StateAdmin:
    opted_in(cast.offers, "+12395550101")
    opted_in(cast.rival_offers, "+12395550102")
    return StateAdmin(ConsentState, site)


def test_a_member_reads_rows_of_the_current_workspace_only(cast: Cast, states: StateAdmin) -> None:
    rows = states.get_queryset(request_of(cast.members[Role.OWNER]))
    assert {row.workspace_id for row in rows} == {cast.acme.pk}


def test_platform_staff_read_every_workspace(cast: Cast, states: StateAdmin) -> None:
    assert states.get_queryset(request_of(cast.staff)).count() == 2


def test_staff_who_are_no_superusers_read_everything_and_change_nothing(
    cast: Cast, states: StateAdmin
) -> None:
    request = request_of(cast.clerk)
    row = states.get_queryset(request).first()
    assert states.has_view_permission(request, row)
    assert not states.has_change_permission(request, row)


def test_choosers_filters_and_raw_ids_name_own_rows_only(cast: Cast, states: StateAdmin) -> None:
    request = request_of(cast.members[Role.OWNER])
    form = states.get_form(request)
    assert list(form.base_fields["purpose"].queryset) == [cast.offers]
    raw = form.base_fields["contact"].widget
    rival = ConsentState.objects.get(purpose=cast.rival_offers)
    mine = ConsentState.objects.get(purpose=cast.offers)
    assert raw.label_and_url_for_value(rival.contact_id) == ("", "")
    assert raw.label_and_url_for_value(mine.contact_id)[0] == "+12395550101"
    events = Purpose.objects.create(workspace=cast.acme, name="Events")
    for state, name in ((rival, "Rivalette"), (mine, "Acmelia")):
        state.contact.first_name = name
        state.contact.save(update_fields=["first_name"])
    purposes, names = states.get_changelist_instance(request).filter_specs
    assert [pk for pk, _ in purposes.lookup_choices] == [events.pk, cast.offers.pk]
    assert list(names.lookup_choices) == ["Acmelia"]


def test_a_row_of_another_workspace_is_refused_by_the_form(cast: Cast, states: StateAdmin) -> None:
    form_class = states.get_form(request_of(cast.members[Role.OWNER]))
    mine = ConsentState.objects.get(purpose=cast.offers)
    form = form_class({"purpose": cast.rival_offers.pk}, instance=mine)
    assert not form.is_valid()
    assert form.errors.as_data()["purpose"][0].code == "invalid_choice"


def test_the_form_refuses_foreign_rows_even_where_a_chooser_offered_them(
    cast: Cast, states: StateAdmin
) -> None:
    form_class = states.get_form(request_of(cast.members[Role.OWNER]))
    form_class.base_fields["purpose"].queryset = Purpose.objects.all()
    mine = ConsentState.objects.get(purpose=cast.offers)
    form = form_class({"purpose": cast.rival_offers.pk}, instance=mine)
    assert not form.is_valid()
    assert form.errors.as_data()["purpose"][0].code == "invalid_choice"


def test_a_new_row_gets_the_current_workspace_and_its_constraints(cast: Cast) -> None:
    admin = PurposeAdmin(Purpose, site)
    form_class = admin.get_form(request_of(cast.members[Role.OWNER]))
    form = form_class({"name": "Events"})
    assert form.is_valid(), form.errors
    assert form.save().workspace == cast.acme
    again = form_class({"name": "offers"})
    assert not again.is_valid()
    assert "already a purpose" in str(again.errors)


def test_a_superuser_editing_another_workspaces_row_chooses_from_that_workspace(
    cast: Cast, states: StateAdmin
) -> None:
    rival = ConsentState.objects.get(purpose=cast.rival_offers)
    form_class = states.get_form(request_of(cast.staff), rival)
    assert list(form_class.base_fields["purpose"].queryset) == [cast.rival_offers]


def test_permissions_take_a_row_or_its_id(cast: Cast, states: StateAdmin) -> None:
    request = request_of(cast.members[Role.OWNER])
    mine = ConsentState.objects.get(purpose=cast.offers)
    rival = ConsentState.objects.get(purpose=cast.rival_offers)
    assert states.has_change_permission(request, mine)
    assert states.has_change_permission(request, str(mine.pk))
    assert not states.has_change_permission(request, rival)
    assert not states.has_change_permission(request, str(rival.pk))
    assert not states.has_delete_permission(request, mine)


@pytest.mark.parametrize("role", Role)
def test_change_asks_for_the_capability(cast: Cast, states: StateAdmin, role: Role) -> None:
    allowed = states.has_change_permission(request_of(cast.members[role]))
    assert allowed == (role in {Role.OWNER, Role.ADMIN})


def test_a_guarded_view_names_the_roles_that_could_help(cast: Cast) -> None:
    @requires(Capability.SENDERS)
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("in")

    assert view(request_of(cast.members[Role.ADMIN])).content == b"in"
    with pytest.raises(RoleNeeded) as refusal:
        view(request_of(cast.members[Role.ANALYST]))
    assert refusal.value.capability == Capability.SENDERS


def test_fetch_tells_nobody_that_a_foreign_row_exists(cast: Cast) -> None:
    request = request_of(cast.members[Role.OWNER])
    assert fetch(request, SenderNumber, pk=cast.sender.pk) == cast.sender
    for capability in (Capability.READ, Capability.SENDERS):
        with pytest.raises(Http404):
            fetch(request, SenderNumber, capability, pk=cast.rival_sender.pk)
    with pytest.raises(Http404):
        fetch(request, SenderNumber, pk="no such key")


def test_fetch_lets_staff_read_beyond_the_current_workspace_but_not_write(cast: Cast) -> None:
    request = request_of(cast.clerk)
    assert fetch(request, SenderNumber, pk=cast.rival_sender.pk) == cast.rival_sender
    with pytest.raises(Http404):
        fetch(request, SenderNumber, Capability.SENDERS, pk=cast.rival_sender.pk)


def test_a_page_refused_by_the_admin_says_which_capability(cast: Cast) -> None:
    admin = PurposeAdmin(Purpose, site)
    request = request_of(cast.members[Role.ANALYST])
    with pytest.raises(PermissionDenied) as refusal:
        admin.add_view(request)
    assert isinstance(refusal.value, RoleNeeded)
    assert refusal.value.capability == Capability.CONSENT


def test_a_path_through_another_model_is_followed(cast: Cast) -> None:
    class EventAdmin(WorkspaceModelAdmin):
        workspace_lookup = "account__workspace"

    event = CarrierEvent.objects.create(
        message_id=1, account=cast.rival_sender.account, sid="SM1", status="sent", applied=True
    )
    admin = EventAdmin(CarrierEvent, site)
    assert not admin.get_queryset(request_of(cast.members[Role.OWNER])).exists()
    assert admin.get_queryset(request_of(cast.rivals[Role.OWNER])).get() == event
