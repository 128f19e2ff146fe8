"""Personal texts: what may be written, and what comes out."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from sending.templating import BadTextError, check, compile_body


def _refusal(body: str) -> tuple[str | None, str]:
    with pytest.raises(ValidationError) as refused:
        check(body)
    return refused.value.code, refused.value.messages[0]


@pytest.mark.parametrize("body", ["", "   ", "\n\t"])
def test_an_empty_text_is_refused(body: str) -> None:
    assert _refusal(body) == ("text_empty", "Write a text.")


def test_a_text_longer_than_a_message_is_refused_with_its_length() -> None:
    check("a" * 1600)
    assert _refusal("a" * 1601) == (
        "text_too_long",
        "The text has 1,601 characters; a message holds at most 1,600.",
    )


@pytest.mark.parametrize("name", ["firstname", "first_name.size", "now", "first_name[last_name]"])
def test_an_unknown_variable_is_named_with_the_known_ones(name: str) -> None:
    code, sentence = _refusal(f"Hi {{{{ {name} }}}}")
    assert code == "text_variable"
    assert sentence == (f"There is no variable {name}; these can be used: first_name, last_name.")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("Hi {{ first_name", "Line 1, character 4: expected '}}', found end of file."),
        ("Hi\n{{ first name }}", "Line 2, character 10: expected the end, found word."),
        ("{% if first_name %}x", "Line 1, character 21: expected tag endif, found the end."),
        ("{% endif %}", "Line 1, character 4: unexpected tag 'endif'."),
    ],
)
def test_a_syntax_error_says_where(body: str, place: str) -> None:
    assert _refusal(body) == ("text_syntax", place)


@pytest.mark.parametrize(
    ("tag", "body"),
    [
        ("include", "{% include 'x' %}"),
        ("render", "{% render 'x' %}"),
        ("for", "{% for i in (1..99999999) %}a{% endfor %}"),
        ("assign", "{% assign a = 'b' %}c"),
        ("liquid", "{%- liquid\nassign a = 1 %}"),
        ("capture", "{% capture a %}b{% endcapture %}"),
        ("raw", "{% raw %}{{ x }}{% endraw %}"),
    ],
)
def test_a_tag_that_could_read_or_multiply_is_refused(tag: str, body: str) -> None:
    code, sentence = _refusal(body)
    assert code == "text_tag"
    assert sentence == (
        f"The tag {tag} cannot be used in a text; these can: case, comment, if, unless."
    )


@pytest.mark.parametrize("used", ["replace: 'a', 'aaaa'", "date: '%H:%M'", "shout"])
def test_a_filter_that_is_not_on_the_list_is_refused(used: str) -> None:
    code, sentence = _refusal(f"{{{{ first_name | {used} }}}}")
    assert code == "text_filter"
    assert used.split(":")[0] in sentence


def test_a_filter_used_wrongly_is_found_before_anyone_is_texted() -> None:
    assert _refusal("Hi {{ first_name | append }}")[0] == "text_syntax"


def test_names_come_out_as_they_are() -> None:
    template = compile_body("Hi {{ first_name | default: 'there' }} {{ last_name }}!")
    assert not template.is_constant
    assert template.render(first_name="Zoë & <Co>", last_name="O'Hara") == "Hi Zoë & <Co> O'Hara!"
    assert template.render() == "Hi there !"


def test_a_name_is_never_read_as_a_template() -> None:
    template = compile_body("Hi {{ first_name }}")
    assert template.render(first_name="{{ last_name }}", last_name="x") == "Hi {{ last_name }}"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Sale today. Reply STOP to end.", "Sale today. Reply STOP to end."),
        ("100% {off} }} %}", "100% {off} }} %}"),
        ("A{% comment %} not sent {% endcomment %}B", "AB"),
        ('{{ "fixed" | upcase }}', "FIXED"),
    ],
)
def test_a_text_without_variables_is_constant(body: str, text: str) -> None:
    template = compile_body(body)
    assert template.is_constant
    assert template.render(first_name="Ann") == text


def test_a_text_that_only_asks_for_a_name_is_not_constant() -> None:
    template = compile_body("{% if first_name == 'Ann' %}Hi Ann{% else %}Hello{% endif %}")
    assert not template.is_constant
    assert template.render(first_name="Ann") == "Hi Ann"
    assert template.render(first_name="Bob") == "Hello"


def test_a_text_that_comes_out_empty_or_too_long_is_an_error_of_that_contact() -> None:
    with pytest.raises(BadTextError, match="comes out empty"):
        compile_body("{{ first_name }}").render()
    with pytest.raises(BadTextError, match="comes out at 1,602 characters"):
        compile_body("a" * 1560 + "{{ first_name }}").render(first_name="b" * 42)


def test_the_same_text_is_compiled_once() -> None:
    assert compile_body("Hi {{ last_name }}") is compile_body("Hi {{ last_name }}")
