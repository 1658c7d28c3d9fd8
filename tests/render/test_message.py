"""Parts of a message: holes closed, text escaped."""

import pytest

from tidings.records.part import Break, Link, Part, Text, Time
from tidings.render.message import html, message_parts, plain_text
from tidings.render.template import Value, compile_template


@pytest.mark.parametrize(
    ("source", "values", "text"),
    [
        ("{{ a }} from {{ b }} just ordered", {"a": "Someone"}, "Someone just ordered"),
        ("{{ a }} in {{ b }}, {{ c }} just bought", {"a": "Ada", "b": "Lagos"}, "Ada in Lagos just bought"),
        ("{{ a }} in {{ b }}, {{ c }} just bought", {"a": "Ada", "c": "Kenya"}, "Ada in Kenya just bought"),
        ("{{ a }} in {{ b }}, {{ c }} just bought", {"a": "Ada"}, "Ada just bought"),
        (
            "{{ a }} in {{ b }}, {{ c }}, {{ d }} bought",
            {"a": "Ada", "b": "Nakuru", "d": "Kenya"},
            "Ada in Nakuru, Kenya bought",
        ),
        ("{{ a }} bought {{ b }} .", {"a": "Ada", "b": "ink"}, "Ada bought ink."),
        ("{{ a }}  bought   {{ b }}", {"a": "Ada", "b": "ink"}, "Ada bought ink"),
        ("  {{ a }}  ", {"a": "Ada"}, "Ada"),
        ("{{ a }}", {}, ""),
        ("from {{ a }}", {}, ""),
        ("Thea {{ a }}", {}, "Thea"),
        ("{{ a }}, {{ b }}", {"b": "Ada"}, "Ada"),
        ("Ada bought 1.5 kg, {{ b }}", {}, "Ada bought 1.5 kg"),
        ("{{ a }}{{ b }}", {"a": "Best of"}, "Best of"),
        ("{{ a }} {{ b }}", {"a": "Peace,"}, "Peace,"),
    ],
)
def test_holes_close_up(source: str, values: dict[str, Value], text: str) -> None:
    assert plain_text(message_parts(compile_template(source), values)) == text


def test_parts_in_order() -> None:
    template = compile_template("{{ a }} bought {{ t }} {{ time_ago }}")
    parts = message_parts(template, {"a": "Ada", "t": Link("ink"), "time_ago": Time()})
    assert parts == (Text("Ada bought "), Link("ink"), Text(" "), Time())
    assert plain_text(parts) == "Ada bought ink"


def test_html_is_escaped_and_keeps_the_time_for_the_browser() -> None:
    parts: tuple[Part, ...] = (Text("<b>&"), Link('"x"', None), Text("s", "strong"), Text("e", "emphasis"), Break(), Time())
    assert html(parts, 'https://a.example/?a="1"&b') == (
        '&lt;b&gt;&amp;<a href="https://a.example/?a=&quot;1&quot;&amp;b">&quot;x&quot;</a>'
        "<strong>s</strong><em>e</em><br>{{ time_ago }}"
    )
    assert html((Link("x"),), None) == "x"
