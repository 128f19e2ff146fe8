"""Which texts are a number that calls may be forwarded to, and what is said of all others."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from consent.numbering import NumberKind, NumberProblem, area_codes
from forwarding import destinations
from forwarding.destinations import SENTENCES, DestinationError, Refusal, checked

TOLL_FREE = "+18885550100"
NAPLES = "+12395550123"

# What people write for one number in Naples, Florida.
SPELLINGS = [
    "+12395550123",
    "12395550123",
    "2395550123",
    "239 555 0123",
    "239.555.0123",
    "239-555-0123",
    "(239) 555-0123",
    "(239)555-0123",
    "(239) 555 0123",
    "239/555-0123",
    "+1 239 555 0123",
    "+1 (239) 555-0123",
    "+1-239-555-0123",
    "+1.239.555.0123",
    "1 239 555 0123",
    "1-239-555-0123",
    "1 (239) 555-0123",
    "001 239 555 0123",
    "001-239-555-0123",
    "011 1 239 555 0123",
    "tel:+1-239-555-0123",
    "TEL:239-555-0123",
    "'+12395550123",
    "'2395550123",
    "2395550123.0",
    "  239 555 0123\t",
    "239\u2011555\u20110123",
    "(239)\u00a0555\u2011\u2060012\u200b3",
    "239 \u2013 555 \u2013 0123",
    "\u202a+1 239-555-0123\u202c",
    "\ufeff2395550123",
]

VERDICTS: list[tuple[str, str | Refusal]] = [
    # A US number that a person may answer: states, DC, territories, toll-free.
    ("(202) 555-0123", "+12025550123"),
    ("(907) 555-0123", "+19075550123"),
    ("(787) 555-0123", "+17875550123"),
    ("(939) 555-0123", "+19395550123"),
    ("(340) 555-0123", "+13405550123"),
    ("(671) 555-0123", "+16715550123"),
    ("(684) 555-0123", "+16845550123"),
    ("(670) 555-0123", "+16705550123"),
    ("1-800-555-0123", "+18005550123"),
    ("(833) 555-0123", "+18335550123"),
    ("844 555 0123", "+18445550123"),
    ("855.555.0123", "+18555550123"),
    ("866-555-0123", "+18665550123"),
    ("877-555-0123", "+18775550123"),
    ("888-555-0123", "+18885550123"),
    # In service, whatever a library of numbers from before says.
    ("(457) 555-0123", "+14575550123"),
    ("(729) 555-0123", "+17295550123"),
    ("(837) 555-0123", "+18375550123"),
    ("(924) 555-0123", "+19245550123"),
    ("(465) 555-0123", "+14655550123"),
    # No number at all.
    ("", Refusal.EMPTY),
    ("   ", Refusal.EMPTY),
    ("() -", Refusal.EMPTY),
    ("+", Refusal.EMPTY),
    ("tel:", Refusal.EMPTY),
    ("1-800-FLOWERS", Refusal.LETTERS),
    ("call the office", Refusal.LETTERS),
    ("239-555-0123 x4", Refusal.LETTERS),
    ("239-555-0123 ext. 12", Refusal.LETTERS),
    ("sip:desk@acme.example", Refusal.LETTERS),
    ("O395550123", Refusal.LETTERS),
    ("239-555-0123,,4", Refusal.NO_NUMBER),
    ("239-555-0123#4", Refusal.NO_NUMBER),
    ("*67 239 555 0123", Refusal.NO_NUMBER),
    ("++12395550123", Refusal.NO_NUMBER),
    ("+2395550123", Refusal.NO_NUMBER),
    ("\uff12\uff13\uff19\uff15\uff15\uff15\uff10\uff11\uff12\uff13", Refusal.NO_NUMBER),
    ("٢٣٩٥٥٥٠١٢٣", Refusal.NO_NUMBER),
    ("+266696687", Refusal.NO_NUMBER),
    ("555-0123", Refusal.TOO_SHORT),
    ("239 555 012", Refusal.TOO_SHORT),
    ("+1 239 555 012", Refusal.TOO_SHORT),
    ("911", Refusal.TOO_SHORT),
    ("88811", Refusal.TOO_SHORT),
    ("239 555 01234", Refusal.TOO_LONG),
    ("+1 239 555 01234", Refusal.TOO_LONG),
    ("239-555-0123 239-555-0124", Refusal.TOO_LONG),
    # A number that cannot be, or not yet.
    ("(999) 555-0123", Refusal.UNASSIGNED),
    ("(211) 555-0123", Refusal.UNASSIGNED),
    ("(911) 555-0123", Refusal.UNASSIGNED),
    ("(123) 555-0123", Refusal.UNASSIGNED),
    ("(039) 555-0123", Refusal.UNASSIGNED),
    ("(273) 555-0123", Refusal.NOT_IN_SERVICE),
    ("(565) 555-0123", Refusal.NOT_IN_SERVICE),
    ("(822) 555-0123", Refusal.NOT_IN_SERVICE),
    ("(880) 555-0123", Refusal.NOT_IN_SERVICE),
    ("(239) 055-0123", Refusal.IMPOSSIBLE),
    ("(239) 155-0123", Refusal.IMPOSSIBLE),
    ("(239) 911-0123", Refusal.IMPOSSIBLE),
    ("(239) 211-0123", Refusal.IMPOSSIBLE),
    ("1-800-411-0123", Refusal.IMPOSSIBLE),
    # Not the United States, though it begins with +1.
    ("(416) 555-0123", Refusal.CANADIAN),
    ("+1 867 555 0123", Refusal.CANADIAN),
    ("(600) 555-0123", Refusal.CANADIAN),
    ("(622) 555-0123", Refusal.CANADIAN),
    ("(242) 555-0123", Refusal.CARIBBEAN),
    ("(876) 555-0123", Refusal.CARIBBEAN),
    ("(809) 555-0123", Refusal.CARIBBEAN),
    ("(441) 555-0123", Refusal.CARIBBEAN),
    ("(721) 555-0123", Refusal.CARIBBEAN),
    ("+44 20 7946 0018", Refusal.FOREIGN),
    ("00 49 30 901820", Refusal.FOREIGN),
    ("011 55 11 2345-6789", Refusal.FOREIGN),
    ("+52 55 5555 0123", Refusal.FOREIGN),
    ("+800 1234 5678", Refusal.FOREIGN),
    # Whoever is called there is paid for it, or is a machine of the network.
    ("(900) 555-0123", Refusal.PREMIUM),
    ("1-900-976-0123", Refusal.PREMIUM),
    ("(212) 976-0123", Refusal.PREMIUM),
    ("(500) 555-0123", Refusal.SERVICE),
    ("(533) 555-0123", Refusal.SERVICE),
    ("(700) 555-4141", Refusal.SERVICE),
    ("(710) 555-0123", Refusal.SERVICE),
    ("(212) 555-1212", Refusal.SERVICE),
    ("1-800-555-1212", Refusal.SERVICE),
    # Round in a circle.
    ("888-555-0100", Refusal.ITSELF),
    ("+1 (888) 555-0100", Refusal.ITSELF),
]


def verdict(text: str) -> str | Refusal:
    try:
        return checked(text, itself=TOLL_FREE)
    except DestinationError as refused:
        return refused.refusal


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_common_spelling_is_understood(spelling: str) -> None:
    assert verdict(spelling) == NAPLES


@pytest.mark.parametrize(("text", "expected"), VERDICTS)
def test_the_verdict_on(text: str, expected: str | Refusal) -> None:
    assert verdict(text) == expected


def test_the_table_has_every_refusal_that_a_text_alone_can_get() -> None:
    shown = {expected for _, expected in VERDICTS if isinstance(expected, Refusal)}
    # Whether it is a sender number only the database knows.
    assert set(Refusal) - shown == {Refusal.SENDER}


def test_each_refusal_has_a_sentence_and_no_two_share_one() -> None:
    assert set(SENTENCES) == set(Refusal)
    sentences = [str(sentence) for sentence in SENTENCES.values()]
    assert all(sentence.endswith(".") for sentence in sentences)
    assert len(set(sentences)) == len(sentences)


def test_each_problem_of_a_number_is_a_refusal() -> None:
    assert set(destinations._PROBLEMS) == set(NumberProblem)


def test_a_number_is_only_itself_when_it_is_said_which_one_is_forwarded() -> None:
    assert checked("888-555-0100") == TOLL_FREE


ALLOWED_CODES = frozenset(
    area.code
    for area in area_codes().values()
    if area.in_service
    and (
        area.kind is NumberKind.TOLL_FREE
        or (area.kind is NumberKind.GEOGRAPHIC and area.country == "US")
    )
)
# Random text is hardly ever a number, so most of what is tried is nearly one.
NEARLY = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "+", "1", "+1", "001", "011", "tel:+1", "'", "+1 (", "("]),
    st.sampled_from([*sorted(area_codes()), "911", "000"]),
    st.sampled_from(["", ") ", "-", ".", "\u2011", "x"]),
    st.from_regex(r"[0-9]{3}[-. ]?[0-9]{3,5}", fullmatch=True),
)


@given(st.one_of(st.text(max_size=25), st.text("0123456789+ ()-.", max_size=20), NEARLY))
@example("9005550123")
@example("2125551212")
@example("4165550123")
def test_any_text_is_a_us_number_in_service_or_refused(text: str) -> None:
    found = verdict(text)
    if isinstance(found, Refusal):
        return
    assert len(found) == 12
    assert found.startswith("+1")
    assert found[1:].isascii()
    assert found[1:].isdigit()
    assert found[2:5] in ALLOWED_CODES
    assert found != TOLL_FREE


def test_every_us_and_toll_free_code_in_service_can_be_forwarded_to() -> None:
    assert len(ALLOWED_CODES) == 378 + 7
    refused = [
        code for code in ALLOWED_CODES if verdict(f"({code}) 555-0123") != f"+1{code}5550123"
    ]
    assert refused == []
