"""Segments as carriers count them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sending.segments import GSM_BASIC, GSM_EXTENSION, Segments, count, forcing_ucs2

EMOJI = "\N{GRINNING FACE}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments("GSM-7", 0, 0, 160)),
        ("a" * 160, Segments("GSM-7", 160, 1, 0)),
        ("a" * 161, Segments("GSM-7", 161, 2, 145)),
        ("a" * 306, Segments("GSM-7", 306, 2, 0)),
        ("a" * 307, Segments("GSM-7", 307, 3, 152)),
        ("€" * 80, Segments("GSM-7", 160, 1, 0)),
        ("€" * 81, Segments("GSM-7", 162, 2, 143)),
        ("ж" * 70, Segments("UCS-2", 70, 1, 0)),
        ("ж" * 71, Segments("UCS-2", 71, 2, 63)),
        ("ж" * 134, Segments("UCS-2", 134, 2, 0)),
        ("ж" * 135, Segments("UCS-2", 135, 3, 66)),
        (EMOJI * 35, Segments("UCS-2", 70, 1, 0)),
        (EMOJI * 36, Segments("UCS-2", 72, 2, 61)),
    ],
)
def test_the_table_of_boundaries(text: str, expected: Segments) -> None:
    assert count(text) == expected


def test_an_escape_pair_never_straddles_two_segments() -> None:
    # 152 and then a pair: the pair moves to the second segment, and one septet stays empty.
    text = "a" * 152 + "€" + "a" * 151
    assert count(text) == Segments("GSM-7", 305, 2, 0)
    assert count(text + "a") == Segments("GSM-7", 306, 3, 152)


def test_a_surrogate_pair_never_straddles_two_segments() -> None:
    text = "ж" * 66 + EMOJI + "ж" * 65
    assert count(text) == Segments("UCS-2", 133, 2, 0)
    assert count(text + "ж") == Segments("UCS-2", 134, 3, 66)


def test_one_foreign_character_switches_the_whole_text() -> None:
    assert count("a" * 100).segments == 1
    assert count("a" * 100 + "ç").encoding == "UCS-2"
    assert count("a" * 100 + "ç").segments == 2


def test_the_characters_that_force_ucs2_are_named_once_in_order() -> None:
    assert forcing_ucs2("Olá, você “ligou” à tia") == ("á", "ê", "“", "”")
    assert forcing_ucs2("Grüße €5 [a]") == ()


def test_the_alphabet_is_gsm_0338() -> None:
    # 128 septets: 127 of the basic table and the escape, which is no character of its own.
    assert len(GSM_BASIC) == len(set(GSM_BASIC)) == 127
    assert len(GSM_EXTENSION) == len(set(GSM_EXTENSION)) == 10
    assert not set(GSM_BASIC) & set(GSM_EXTENSION)


def _slowly(text: str) -> tuple[int, int]:
    """Units and segments by the plainest reading of the rule, one character after the other."""
    gsm = all(character in GSM_BASIC + GSM_EXTENSION for character in text)
    costs = [
        (2 if character in GSM_EXTENSION else 1) if gsm else (2 if ord(character) > 0xFFFF else 1)
        for character in text
    ]
    if sum(costs) <= (160 if gsm else 70):
        return sum(costs), min(len(costs), 1)
    pieces = [0]
    for cost in costs:
        if pieces[-1] + cost > (153 if gsm else 67):
            pieces.append(0)
        pieces[-1] += cost
    return sum(costs), len(pieces)


GSM_TEXT = st.text(st.sampled_from(GSM_BASIC + GSM_EXTENSION), max_size=700)
ANY_TEXT = st.text(st.one_of(st.characters(), st.sampled_from(["a", "ж", EMOJI])), max_size=300)


@given(st.one_of(GSM_TEXT, ANY_TEXT))
def test_every_text_is_counted_as_the_rule_says(text: str) -> None:
    found = count(text)
    assert (found.units, found.segments) == _slowly(text)
    assert found.left >= 0
    assert (found.encoding == "UCS-2") == bool(forcing_ucs2(text))


@given(GSM_TEXT, st.integers(0, 700))
def test_a_longer_text_never_needs_fewer_segments(text: str, cut: int) -> None:
    assert count(text[:cut]).segments <= count(text).segments
