"""What rendering costs: linear in events, bounded by the length of a template. Figures of speed are in tests/bench."""

import sys
import time
from collections.abc import Callable

import pytest
from tests.bench.rendering import NOW, milliseconds, ready

from tidings.records.part import Link, Time
from tidings.render.feed import feed_json
from tidings.render.message import html, message_parts, plain_text
from tidings.render.template import SOURCE_LIMIT, Template, Value, compile_template

# The longest that a member of an event may be, in what takes the most work: both directions, marks, spaces, commas.
VALUES: dict[str, Value] = {
    "a": "\u05d0\u05d1 " * 85,
    "b": "e\u0301\u0302" * 85,
    "c": "x" * 255,
    "d": " ," * 127,
    "t": Link("\u05d0\u05d1 " * 85),
    "time_ago": Time(),
}
# What makes much of little: each is repeated until the template is full.
DEAR = (
    "{{a}}",
    "{{t}}",
    "{{d}}",
    "{{q}},",
    "in {{q}}",
    "{{c}},{{q}}",
    "{{time_ago}}{{a}}",
    "{{b|truncate:200}}",
    "{{c|replace:'x','xxxxx'|truncate:1000}}",
    "{{b|title|upcase|downcase|capitalize|initial}}",
    "{% if a and b and c %}{{a}}{% endif %}",
)


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, Python's and C's: the same on every machine."""
    found = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal found
        found += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return found


def test_a_feed_costs_as_much_as_its_events() -> None:
    def work(count: int) -> Callable[[], str]:
        events, event_types, application = ready(count)
        feed_json(events, event_types, application, NOW)  # warms every cache
        return lambda: feed_json(events, event_types, application, NOW)

    few, many = work(25), work(100)
    assert calls(many) <= calls(few) * 4
    assert calls(few) <= 25 * 260
    # What calls do not tell, such as copies that grow. The least of many tries, and much room: other work disturbs.
    assert milliseconds(many) <= milliseconds(few) * 8


def rendered(template: Template) -> str:
    parts = message_parts(template, VALUES)
    return html(parts, "https://a.example") + plain_text(parts)


@pytest.mark.parametrize("piece", DEAR)
def test_a_template_costs_a_bounded_multiple_of_its_length(piece: str) -> None:
    half, full = (compile_template(piece * (length // len(piece))) for length in (SOURCE_LIMIT // 2, SOURCE_LIMIT))
    text = rendered(full)
    # At most 51 characters for each of the template's ("{{a}}" says 255), twice: as HTML, escaped, and as plain text.
    assert len(text) <= len(full.source) * 51 * 2 * 2
    work = calls(lambda: rendered(full))
    assert work <= len(full.source) * 12
    assert work <= calls(lambda: rendered(half)) * 2.2
    least = min(_taken(full) for _ in range(3))
    assert least < 0.1


def _taken(template: Template) -> float:
    began = time.process_time()
    rendered(template)
    return time.process_time() - began


@pytest.mark.parametrize(
    "piece", ["{{a}}", "**{{a}}**", "{% if a %}x{% endif %}", "{{a|upcase|upcase}}", "[a](https://b.example)"]
)
@pytest.mark.parametrize("is_markdown", [False, True])
def test_so_does_reading_one(piece: str, is_markdown: bool) -> None:
    def read(length: int) -> int:
        source = piece * (length // len(piece))
        compile_template.cache_clear()
        return calls(lambda: compile_template(source, is_markdown))

    assert read(SOURCE_LIMIT) <= read(SOURCE_LIMIT // 2) * 2.5
    assert read(SOURCE_LIMIT) <= SOURCE_LIMIT * 90
