"""A carrier's form is read as everyone reads forms, and its signature depends on it."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from forwarding.incoming import Form, parsed

ESCAPES = st.sampled_from(
    ["&", "=", "+", "%", "%2B", "%26", "%C3%BC", "%ff", "%00", "%zz", "a", "ü"]
)


@given(st.one_of(st.text(max_size=60), st.lists(ESCAPES, max_size=25).map("".join)))
def test_a_form_is_read_as_django_reads_it(body: str) -> None:
    by_django = QueryDict(body)
    form = parsed(body)
    assert form == dict(by_django.lists())
    assert all(form.last(name) == by_django.get(name) for name in form)


def test_a_field_that_is_missing_is_empty() -> None:
    assert parsed("a=1").last("b") == ""
    assert parsed("") == Form()


def test_a_form_with_more_fields_than_django_reads_is_refused() -> None:
    most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    assert len(parsed("&".join(f"f{number}" for number in range(most)))) == most
    with pytest.raises(ValueError, match="Max number of fields"):
        parsed("&" * most)
