"""What a workspace may choose for sending, and what the journal keeps of it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from accounts import workspaces
from accounts.models import JournalEntry
from accounts.roles import Role
from sending import preferences
from sending.models import FrequencyLaw, LawChoice, SenderNumber, SenderPreferences
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def _journal() -> list[tuple[str, str, str, str]]:
    rows = JournalEntry.objects.order_by("id")
    return list(rows.values_list("kind", "old", "new", "reason"))


def test_a_workspace_without_a_row_gets_the_careful_defaults_once(cast: Cast) -> None:
    SenderPreferences.objects.filter(workspace=cast.acme).delete()
    first, second = preferences.ensure(cast.acme), preferences.ensure(cast.acme)
    assert first == second
    assert (first.smart_sending, first.smart_sending_hours, first.state_law_limits) == (
        True,
        24,
        True,
    )


def test_a_workspace_is_made_with_its_preferences(cast: Cast) -> None:
    made = workspaces.create(name="New brand", slug="new", owner=cast.staff)
    assert SenderPreferences.objects.filter(workspace=made, state_law_limits=True).exists()


def test_switching_smart_sending_off_needs_a_reason_and_is_journalled(cast: Cast) -> None:
    owner = cast.members[Role.OWNER]
    with pytest.raises(ValidationError) as refused:
        preferences.set_smart_sending(
            workspace=cast.acme, on=False, hours=24, actor=owner, reason="  "
        )
    assert refused.value.code == "reason_required"
    assert preferences.ensure(cast.acme).smart_sending is True
    assert _journal() == []

    preferences.set_smart_sending(
        workspace=cast.acme, on=False, hours=24, actor=owner, reason="Flash sale"
    )
    assert preferences.ensure(cast.acme).smart_sending is False
    assert _journal() == [("smart_sending", "24 hours", "off", "Flash sale")]


def test_a_shorter_window_needs_a_reason_and_a_longer_one_does_not(cast: Cast) -> None:
    owner = cast.members[Role.OWNER]
    with pytest.raises(ValidationError) as refused:
        preferences.set_smart_sending(workspace=cast.acme, on=True, hours=1, actor=owner, reason="")
    assert refused.value.code == "reason_required"
    preferences.set_smart_sending(workspace=cast.acme, on=True, hours=48, actor=owner, reason="")
    assert [entry[:3] for entry in _journal()] == [("smart_sending", "24 hours", "48 hours")]


@pytest.mark.parametrize("hours", [0, -1, 721])
def test_a_window_outside_one_hour_to_thirty_days_is_refused(cast: Cast, hours: int) -> None:
    with pytest.raises(ValidationError) as refused:
        preferences.set_smart_sending(
            workspace=cast.acme, on=True, hours=hours, actor=cast.staff, reason="x"
        )
    assert refused.value.code == "hours_out_of_range"


@pytest.mark.parametrize("on", [True, False])
def test_state_law_limits_go_on_and_off_only_with_a_reason(cast: Cast, on: bool) -> None:
    owner = cast.members[Role.OWNER]
    SenderPreferences.objects.filter(workspace=cast.acme).update(state_law_limits=not on)
    with pytest.raises(ValidationError) as refused:
        preferences.set_state_law_limits(workspace=cast.acme, on=on, actor=owner, reason="")
    assert refused.value.code == "reason_required"
    assert preferences.ensure(cast.acme).state_law_limits is not on

    preferences.set_state_law_limits(workspace=cast.acme, on=on, actor=owner, reason="Counsel")
    assert preferences.ensure(cast.acme).state_law_limits is on
    old, new = ("off", "on") if on else ("on", "off")
    assert _journal() == [("state_law", old, new, "Counsel")]


def test_setting_what_already_holds_records_nothing(cast: Cast) -> None:
    owner = cast.members[Role.OWNER]
    preferences.set_state_law_limits(workspace=cast.acme, on=True, actor=owner, reason="x")
    preferences.set_smart_sending(workspace=cast.acme, on=True, hours=24, actor=owner, reason="x")
    preferences.set_rate(sender=cast.sender, rate=cast.sender.rate, actor=owner, reason="x")
    assert _journal() == []


def test_oregon_is_off_until_switched_on_with_a_reason(cast: Cast) -> None:
    owner = cast.members[Role.OWNER]
    oregon = FrequencyLaw.objects.get(state="OR")
    preferences.set_law_choice(
        workspace=cast.acme, law=oregon, applied=True, actor=owner, reason="It is in force"
    )
    assert LawChoice.objects.get(workspace=cast.acme).applied is True
    assert not LawChoice.objects.filter(workspace=cast.rival).exists()
    assert _journal() == [("state_law", "off", "on", "It is in force")]
    with pytest.raises(ValidationError):
        preferences.set_law_choice(
            workspace=cast.acme, law=oregon, applied=False, actor=owner, reason=" "
        )
    assert LawChoice.objects.get(workspace=cast.acme).applied is True


def test_a_law_that_is_on_by_default_cannot_be_switched_alone(cast: Cast) -> None:
    with pytest.raises(ValidationError) as refused:
        preferences.set_law_choice(
            workspace=cast.acme,
            law=FrequencyLaw.objects.get(state="FL"),
            applied=False,
            actor=cast.members[Role.OWNER],
            reason="Because",
        )
    assert refused.value.code == "law_is_not_optional"
    assert not LawChoice.objects.exists()


def test_the_rate_changes_with_a_reason(cast: Cast) -> None:
    owner = cast.members[Role.OWNER]
    with pytest.raises(ValidationError):
        preferences.set_rate(sender=cast.sender, rate=Decimal(5), actor=owner, reason="")
    preferences.set_rate(sender=cast.sender, rate=Decimal(5), actor=owner, reason="Raised by them")
    assert SenderNumber.objects.get(pk=cast.sender.pk).rate == Decimal(5)
    assert _journal() == [("rate", "100000", "5", "Raised by them")]


@pytest.mark.parametrize("rate", [Decimal(0), Decimal(-1), Decimal(100_001)])
def test_a_rate_that_no_carrier_has_is_refused(cast: Cast, rate: Decimal) -> None:
    with pytest.raises(ValidationError) as refused:
        preferences.set_rate(sender=cast.sender, rate=rate, actor=cast.staff, reason="x")
    assert refused.value.code == "rate_out_of_range"


def test_another_workspaces_number_never_becomes_the_sender(cast: Cast) -> None:
    with pytest.raises(ValidationError) as refused:
        preferences.set_us_sender(workspace=cast.acme, sender=cast.rival_sender)
    assert refused.value.code == "sender_not_usable"
    assert preferences.ensure(cast.acme).us_sender == cast.sender


@pytest.mark.parametrize("field", [{"verification": "released"}, {"country": "CA"}])
def test_a_released_or_foreign_number_never_becomes_the_us_sender(
    cast: Cast, field: dict[str, str]
) -> None:
    preferences.set_us_sender(workspace=cast.acme, sender=None)
    SenderNumber.objects.filter(pk=cast.sender.pk).update(**field)
    with pytest.raises(ValidationError) as refused:
        preferences.set_us_sender(workspace=cast.acme, sender=cast.sender)
    assert refused.value.code == "sender_not_usable"
    assert preferences.ensure(cast.acme).us_sender is None
