"""Markdown in the wording of an event type: emphasis, strong, links, line breaks; never in an event's values."""

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidings.errors import Invalid
from tidings.records.part import Break, Link, Part, Text, Time
from tidings.render.message import html, message_parts, plain_text
from tidings.render.template import SOURCE_LIMIT, Value, compile_template

SHOP = "https://shop.example"
VALUES: dict[str, Value] = {
    "first_name": "*Ada*",
    "city": "",
    "country": "Kenya",
    "title": "[ink](https://evil.example)",
    "linked_title": Link("ink"),
    "time_ago": Time(),
}


def parts(source: str) -> tuple[Part, ...]:
    return message_parts(compile_template(source, True), VALUES)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            f"**{{{{ first_name }}}}** bought [{{{{ title }}}}]({SHOP})",
            (Text("*Ada*", "strong"), Text(" bought "), Link("[ink](https://evil.example)", SHOP)),
        ),
        ("*a* _b_ c", (Text("a", "emphasis"), Text(" "), Text("b", "emphasis"), Text(" c"))),
        ("***a***", (Text("a", "strong"),)),
        ("a  \nb", (Text("a"), Break(), Text("b"))),
        ("a\\\nb", (Text("a"), Break(), Text("b"))),
        ("a\n\n\nb", (Text("a"), Break(), Text("b"))),
        ("a\nb", (Text("a b"),)),
        (f"[buy **{{{{ country }}}}** now]({SHOP}/?a=1&b=2)!", (Link("buy Kenya now", f"{SHOP}/?a=1&b=2"), Text("!"))),
        (f"[{{{{ linked_title }}}}]({SHOP})", (Link("ink", SHOP),)),
        ("**{{ linked_title }}** {{ time_ago }}", (Link("ink"), Text(" "), Time())),
        ("**in {{ city }}, {{ country }}** x", (Text("in Kenya", "strong"), Text(" x"))),
        ("**{{ first_name }} from {{ city }}** bought", (Text("*Ada* ", "strong"), Text("bought"))),
        (f"a [see {{{{ city }}}}]({SHOP})", (Text("a "), Link("see", SHOP))),
        ("{% if city %}**{{ city }}**{% else %}_{{ country }}_{% endif %}.", (Text("Kenya", "emphasis"), Text("."))),
        ("**{% if city %}a{% else %}b{% endif %}** c", (Text("b", "strong"), Text(" c"))),
        ("#{{ first_name }} **#{{ country }}**", (Text("*Ada* "), Text("Kenya", "strong"))),
        ("\u2e22{{ country }}\u2e23 {% if city %}a{% endif %}\u2e22", (Text("\u2e22Kenya\u2e23 \u2e22"),)),
        (f"[a]({SHOP} '{{{{ city }}}}') {{{{ country }}}}", (Link("a", SHOP), Text(" Kenya"))),
        ("{\\{ country }} {\\% if country %}", (Text("{{ country }} {% if country %}"),)),
        ("2 * 3 * 4", (Text("2 * 3 * 4"),)),
        ("snake_case_name", (Text("snake_case_name"),)),
        ("\\*a\\*", (Text("*a*"),)),
        ("{{ nobody | default: '*a* **b**' }}", (Text("*a* **b**"),)),
        ("{{ nobody | default: '}} **b**' }} **c**", (Text("}} **b** "), Text("c", "strong"))),
    ],
)
def test_becomes_parts(source: str, expected: tuple[Part, ...]) -> None:
    assert parts(source) == expected


@pytest.mark.parametrize(
    "source",
    ["<b>a</b>", "`a`", "# a", "- a", "> a", "![a]", "<https://a.example>", "&lt;b&gt;", "[a]", "| a | b |", "~~a~~"],
)
def test_nothing_else_is_markdown(source: str) -> None:
    assert plain_text(parts(source)) == source
    assert "<b>" not in html(parts(source), None)


def test_without_it_stars_are_stars() -> None:
    assert message_parts(compile_template("**a** [b](https://c.example)"), {}) == (Text("**a** [b](https://c.example)"),)


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "//evil.example", "/p", "", "https://a@b.example", "ftp://a.example",
     "java&#115;cript:alert(1)", "https://a.example/{{ title }}", "{{ url }}", "https://a.example/\\\"x"],
)  # fmt: skip
def test_a_link_leads_to_http_or_https(address: str) -> None:
    with pytest.raises(Invalid) as refusal:
        compile_template(f"Hello\nsee [it]({address})", True)
    assert refusal.value.field == "message"
    assert "line 2, column 10: the address of a link" in refusal.value.message


def test_marks_in_the_source_mean_nothing() -> None:
    assert parts("a\ufdd0b\ufdd4c\U000f0000d") == (Text("a\ufffdb\ufffdc\ufffdd"),)


def test_as_html() -> None:
    message = html(parts(f"**{{{{ first_name }}}}**  \n[{{{{ title }}}} & co]({SHOP}/?a=1&b=2) {{{{ time_ago }}}}"), None)
    assert message == (
        "<strong>*Ada*</strong><br>"
        f'<a href="{SHOP}/?a=1&amp;b=2">[ink](https://evil.example) &amp; co</a> {{{{ time_ago }}}}'
    )


@pytest.mark.parametrize("piece", ["*", "[", "_a_", "**a", "[](", "\\", "* ", "[*", "![", "{{ a }}*", "](", "*_"])
def test_the_cost_is_bounded(piece: str) -> None:
    source = (piece * SOURCE_LIMIT)[: SOURCE_LIMIT // len(piece) * len(piece)]
    began = time.perf_counter()
    with suppress(Invalid):
        message_parts(compile_template(source, True), {})
    assert time.perf_counter() - began < 1


@given(st.text(alphabet=" {}%|()[]*_\\abnif\n!<:/", max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_text_is_said_or_refused(source: str) -> None:
    try:
        compile_template(source)
    except Invalid:
        return
    found: tuple[Part, ...] = ()
    refused = ""
    try:
        found = parts(source)
    except Invalid as refusal:
        refused = refusal.message
    # What is in order without Markdown can only be wrong for its links.
    assert not refused or "the address of a link" in refused
    assert all(isinstance(part, Time | Break) or part.text for part in found)
