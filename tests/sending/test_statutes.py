"""The law table holds what the release ships, and an empty one stops the gate."""

from __future__ import annotations

import pytest

from sending.gate import load
from sending.law.statutes import STATUTES, add_missing
from sending.models import FrequencyLaw
from tests.cast import Cast


@pytest.mark.django_db
def test_three_states_are_on_by_default_and_oregon_is_offered() -> None:
    laws = FrequencyLaw.objects.values_list("state", "on_by_default")
    assert dict(laws) == {"FL": True, "OK": True, "MD": True, "OR": False}


@pytest.mark.django_db
def test_a_release_changes_no_row_that_is_there() -> None:
    FrequencyLaw.objects.filter(state="FL").update(citation="as staff corrected it")
    add_missing()
    assert FrequencyLaw.objects.count() == len(STATUTES)
    assert FrequencyLaw.objects.get(state="FL").citation == "as staff corrected it"


def test_without_any_law_nothing_is_decided(cast: Cast) -> None:
    FrequencyLaw.objects.all().delete()
    with pytest.raises(load.LawTableEmptyError):
        load.policies([cast.acme.pk])
