"""The dated table of laws: rows follow each other, and history stays."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.roles import Role
from sending import law_table, preferences
from sending.models import FrequencyLaw, LawChoice
from tests.cast import Cast

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)


def _law(state: str, day: date, *, default: bool = True) -> FrequencyLaw:
    return FrequencyLaw(
        state=state, starts_on=day, on_by_default=default, citation="Act 1", source="It says three"
    )


def _why() -> dict[str, Any]:
    superuser = User.objects.filter(is_superuser=True).first()
    actor = superuser or User.objects.create_superuser("boss@tollgate.example")
    return {"actor": actor, "reason": "The legislature said so"}


def test_a_new_row_ends_the_one_before_on_the_day_before() -> None:
    law_table.add(law=_law("FL", date(2027, 7, 1)), **_why())
    before, after = FrequencyLaw.objects.filter(state="FL").order_by("starts_on")
    assert (before.ends_on, after.ends_on) == (date(2027, 6, 30), None)


def test_a_new_row_of_a_recommended_law_keeps_what_workspaces_chose(cast: Cast) -> None:
    preferences.set_law_choice(
        workspace=cast.acme,
        law=FrequencyLaw.objects.get(state="OR"),
        applied=True,
        actor=cast.members[Role.OWNER],
        reason="In force",
    )
    added = law_table.add(law=_law("OR", date(2027, 1, 1), default=False), **_why())
    assert LawChoice.objects.get(law=added).applied is True


@pytest.mark.parametrize("day", [date(2021, 7, 1), date(2020, 1, 1)])
def test_a_row_never_begins_before_one_that_is_there(day: date) -> None:
    with pytest.raises(ValidationError):
        law_table.add(law=_law("FL", day), **_why())
    assert FrequencyLaw.objects.filter(state="FL").count() == 1


def test_a_law_that_was_in_force_is_not_deleted() -> None:
    florida = FrequencyLaw.objects.get(state="FL")
    with pytest.raises(ValidationError) as refused:
        law_table.withdraw(law=florida, today=TODAY, **_why())
    assert refused.value.code == "law_was_in_force"
    assert FrequencyLaw.objects.filter(pk=florida.pk).exists()


def test_a_law_that_has_not_begun_may_be_withdrawn() -> None:
    future = law_table.add(law=_law("NV", date(2027, 1, 1)), **_why())
    law_table.withdraw(law=future, today=TODAY, **_why())
    assert not FrequencyLaw.objects.filter(state="NV").exists()


def test_a_last_day_cannot_undo_past_decisions() -> None:
    florida = FrequencyLaw.objects.get(state="FL")
    with pytest.raises(ValidationError) as refused:
        law_table.end(law=florida, last_day=date(2026, 11, 20), today=TODAY, **_why())
    assert refused.value.code == "last_day_past"
    assert law_table.end(law=florida, last_day=date(2026, 12, 31), today=TODAY, **_why()).ends_on


def test_the_page_leaves_out_laws_that_ended(cast: Cast) -> None:
    FrequencyLaw.objects.filter(state="OK").update(ends_on=date(2026, 1, 1))
    shown = law_table.in_words(workspace=cast.acme, day=TODAY)
    assert [law.state for law in shown] == ["Florida", "Maryland", "Oregon"]
    assert shown[0].rule == "At most 3 promotional messages in any rolling 24 hours."
    assert [law.applied for law in shown] == [True, True, False]
