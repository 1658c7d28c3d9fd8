"""The message language: what it says, what it refuses, what it can cost."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidings.errors import Invalid
from tidings.records.part import Link, Time
from tidings.render.message import message_parts, plain_text
from tidings.render.template import SOURCE_LIMIT, StandIn, Value, compile_template

VALUES = {
    "first_name": "John",
    "city": "New York",
    "linked_title": Link("Corvette"),
    "title": "Corvette",
    "time_ago": Time(),
}


def said(source: str, **values: Value) -> str:
    return plain_text(message_parts(compile_template(source), {**VALUES, **values}))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ first_name }} from {{ city }} just bought {{ linked_title }}", "John from New York just bought Corvette"),
        ("{{first_name}}|{{  city}}", "John|New York"),
        ("#{{ first_name }} #1", "John #1"),
        ("{% if city %}#{{ city }}{% endif %}", "New York"),
        ('{{ nobody | default: "Someone" }}', "Someone"),
        ('{{ nobody | default("Someone") }}', "Someone"),
        ('{{ city | replace: "New", "Old" | upcase }}', "OLD YORK"),
        ("{{ city | first_word }} {{ first_name | initial }}", "New J."),
        ("{{ city | truncate: 4 }}", "New…"),
        ('{{ city | truncatewords(1, "") }}', "New"),
        ("{{ first_name | downcase | capitalize }}", "John"),
        ("{{ linked_title | upper }}", "CORVETTE"),
        ("{% if city %}in {{ city }}{% else %}somewhere{% endif %}", "in New York"),
        ("{% if nobody %}a{% elif city == 'New York' %}b{% else %}c{% endif %}", "b"),
        ("{% if not nobody and city != 'Rome' or nobody %}yes{% endif %}", "yes"),
        ("{# no comment #}", "{# no comment #}"),
        ("50 % off { }", "50 % off { }"),
        ("one\ntwo", "one two"),
    ],
)
def test_says(source: str, text: str) -> None:
    assert said(source) == text


@pytest.mark.parametrize(
    "source",
    [
        "{% for x in city %}{% endfor %}",
        "{{ city.upper() }}",
        "{{ city.__class__ }}",
        "{{ city['x'] }}",
        "{{ 1 + 1 }}",
        "{{ range(9) }}",
        "{{ city * 9 }}",
        "{{ [city] }}",
        "{{ city ~ city }}",
        "{{ city if city else city }}",
        "{{ city is defined }}",
        "{% set x = 1 %}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{% macro m() %}{% endmacro %}",
        "{% block b %}{% endblock %}",
        "{% raw %}{{ x }}{% endraw %}",
        "{% filter upper %}x{% endfilter %}",
        "{{ city | batch(2) }}",
        "{{ city | attr('x') }}",
        "{{ city | replace('a') }}",
        "{{ city | truncate(0) }}",
        "{{ city | truncate(title) }}",
        "{{ city | default(x=1) }}",
        "{{ city | default(*title) }}",
        "{{ city > title }}",
        "{{ '\\ud800' }}",
        "{{ city | default('\\x00') }}",
        "{{ city",
        "{% if city %}",
        "{{ }}",
        "a\0b",
        "x" * (SOURCE_LIMIT + 1),
        "{{ " + "not " * 400 + "city }}",
        "{{ " + "(" * 900 + "city" + ")" * 900 + " }}",
        "{% if city %}" * 120,
    ],
)
def test_refuses(source: str) -> None:
    with pytest.raises(Invalid) as refusal:
        compile_template(source)
    assert refusal.value.field == "message"


def test_a_refusal_says_where_and_why() -> None:
    with pytest.raises(Invalid, match=r"line 2, column 13: there is no filter 'shout'; known: capitalize, default"):
        compile_template("Hello\n  {{ city | shout }}")


@pytest.mark.parametrize(
    ("source", "line", "column", "reason"),
    [
        ("{{ city | shout }}{{ city | shout }}", 1, 11, "there is no filter 'shout'"),
        ("{{ shout | shout }}", 1, 12, "there is no filter 'shout'"),
        ("a\r\nb {{ city.upper() }}", 2, 10, "a call"),
        ("a\rb {{ city.name }}", 2, 10, "an attribute"),
        ("{{ city }} {{ 1 + 1 }}", 1, 15, "arithmetic"),
        ("x {{ range(9) }}", 1, 6, "a call"),
        ("{{ city > title }}", 1, 4, "a comparison"),
        ("{{ city if city else city }}", 1, 4, "an if within"),
        ("ab {%- for x in y %}{% endfor %}", 1, 8, "for is not part"),
        ("{% set x = 1 %}", 1, 4, "assign is not part"),
        ("a{% raw %}", 1, 5, "raw is not part"),
        ("{{ city", 1, 8, "unexpected end"),
        ("a\n{% if city %}b\nc", 3, 2, "unexpected end of message: an {% if … %} has no {% endif %}"),
        ("a{% endif %}", 1, 5, "Encountered unknown tag 'endif'"),
        ("{{ }}", 1, 4, "Expected an expression"),
        ("é {{ city & x }}", 1, 11, "unexpected char '&'"),
        ("{{ (city] }}", 1, 9, "unexpected ']'"),
        ("{{ 'abc }}", 1, 4, "unexpected char"),
        ("  {{ x }}{{ {{ first_name }} }}", 1, 27, "expected token"),
        ("{{ city 'a' }}", 1, 9, "expected token"),
        ("{{ city | }}", 1, 11, "expected token 'name'"),
        ("{{ city | truncate: 5, title }}", 1, 24, "takes plain text or numbers"),
        ("{{ city | truncate(0) }}", 1, 20, "a length from 1 to 1024"),
        ("{{ city | replace('a') }}", 1, 11, "takes 2 values, not 1"),
        ("{{ city | default(x=1) }}", 1, 11, "takes plain values only"),
        ("{{ " + "not " * 400 + "city }}", 1, 124, "nested too deeply"),
        ("a\0b", 1, 2, "a NUL character"),
    ],
)
def test_a_refusal_names_the_very_place(source: str, line: int, column: int, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        compile_template(source)
    assert f"line {line}, column {column}: " in refusal.value.message
    assert reason in refusal.value.message


def test_a_stand_in_is_shown_but_counts_as_absent() -> None:
    someone = StandIn("Someone")
    assert said("{{ first_name }} bought", first_name=someone) == "Someone bought"
    assert said("{{ first_name | upcase }}", first_name=someone) == "SOMEONE"
    assert said("{{ first_name | default: 'A customer' }}", first_name=someone) == "A customer"
    assert said("{{ first_name or 'A customer' }}", first_name=someone) == "A customer"
    assert said("{% if first_name %}a{% else %}b{% endif %}", first_name=someone) == "b"
    assert said("{% if first_name == 'Someone' %}a{% endif %}", first_name=someone) == "a"


def test_values_are_never_parsed() -> None:
    assert said("{{ city }}", city="{{ first_name }}{% if x %}#") == "{{ first_name }}{% if x %}#"


def test_the_cost_is_bounded() -> None:
    grows = "{{ city" + " | replace('a', '" + "a" * 60 + "')" + " | replace('a', '" + "a" * 60 + "')" * 1 + " }}"
    template = compile_template((grows * 8)[:SOURCE_LIMIT].rsplit("}}", 1)[0] + "}}")
    began = time.perf_counter()
    parts = message_parts(template, {"city": "a" * 255})
    assert len(plain_text(parts)) <= 20 * 1_024
    assert time.perf_counter() - began < 0.5


@given(st.text(alphabet=" {}%|#:()\"'abcnotif_,.\n=!", max_size=120))
@settings(max_examples=300, deadline=None)
def test_any_text_is_said_or_refused(source: str) -> None:
    try:
        template = compile_template(source)
    except Invalid as refusal:
        line, column = map(int, re.findall(r"line (\d+), column (\d+)", refusal.message)[0])
        assert 1 <= line <= source.count("\n") + 1
        assert 1 <= column <= len(source.split("\n")[line - 1]) + 1
        return
    plain_text(message_parts(template, VALUES))
