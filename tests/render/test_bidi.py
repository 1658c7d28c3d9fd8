"""Text of both directions in one message: what a reader sees, by Unicode's bidirectional algorithm (python-bidi, UAX #9)."""

import re
import unicodedata

import msgspec
import pytest
from bidi import get_display
from hypothesis import given
from hypothesis import strategies as st
from tests.render.test_feed import EVENT, item

from tidings.records.part import Link, Part, Text, Time
from tidings.render.bidi import FSI, LRI, PDI, RLI, Direction, direction_of_text, isolated, without_controls
from tidings.render.message import html, message_parts, plain_text
from tidings.render.template import Value, compile_template

HEBREW, ARABIC = "משה כהן", "أحمد"


def seen(text: str, direction: Direction) -> str:
    """From left to right, what stands in a line of this direction; letters of Hebrew and Arabic in the order of reading."""
    line = get_display(text, base_dir="R" if direction == "rtl" else "L")
    line = re.sub(r"[\u2066-\u2069]", "", line)
    return re.sub(r"[\u0590-\u06ff]+(?: [\u0590-\u06ff]+)*", lambda run: run[0][::-1], line)


def said(source: str, direction: Direction, **values: Value) -> str:
    return plain_text(message_parts(compile_template(source), values, direction))


@pytest.mark.parametrize(
    ("source", "direction", "values", "line"),
    [
        # English: the number stays with what was bought, the names in their places.
        ("{{ a }} bought {{ b }}", "ltr", {"a": ARABIC, "b": "3 mugs"}, f"{ARABIC} bought 3 mugs"),
        ("{{ a }} 3 {{ b }}", "ltr", {"a": ARABIC, "b": HEBREW}, f"{ARABIC} 3 {HEBREW}"),
        ("{{ a }}, {{ b }}: 5 of 7", "ltr", {"a": HEBREW, "b": ARABIC}, f"{HEBREW}, {ARABIC}: 5 of 7"),
        ("{{ a }} ({{ b }})!", "ltr", {"a": HEBREW, "b": "חיפה"}, f"{HEBREW} (חיפה)!"),
        ("#1 {{ a }} #2", "ltr", {"a": "חיפה, ת"}, "#1 ת ,חיפה #2"),
        # Hebrew: from right to left, and what is written from left to right keeps its own order.
        ("{{ a }} קנה {{ b }}", "rtl", {"a": "John S.", "b": "C++ (2)"}, "C++ (2) קנה John S."),
        ("{{ a }}: {{ b }}", "rtl", {"a": "משה", "b": "+1 555-1234"}, "+1 555-1234 :משה"),
        # The wording is English in an application whose language is Hebrew: it still reads as English.
        ("{{ a }} from {{ b }} bought", "rtl", {"a": "John", "b": "Oslo"}, "John from Oslo bought"),
        ("{{ a }} from {{ b }} bought!", "rtl", {"a": "משה", "b": "חיפה"}, "משה from חיפה bought!"),
        ("{{ a }} קנה {{ b }}.", "ltr", {"a": "John", "b": "ink"}, ".ink קנה John"),
    ],
)
def test_in_the_order_of_the_sentence(source: str, direction: Direction, values: dict[str, Value], line: str) -> None:
    assert seen(said(source, direction, **values), direction) == line


def test_without_isolates_it_would_be_scrambled() -> None:
    assert seen(f"{ARABIC} 3 {HEBREW}", "ltr") != f"{ARABIC} 3 {HEBREW}"


def test_the_way_it_is_checked_here_sees_the_right_order() -> None:
    assert seen("abc", "ltr") == seen("abc", "rtl") == "abc"
    assert seen("משה", "ltr") == "משה"


@pytest.mark.parametrize(
    ("text", "within", "found"),
    [
        ("Zoë Müller, 3 × 中文", "ltr", "Zoë Müller, 3 × 中文"),
        ("Ada", "rtl", f"{FSI}Ada{PDI}"),
        ("12", "rtl", f"{FSI}12{PDI}"),
        ("…!", "rtl", "…!"),
        (ARABIC, "rtl", ARABIC),
        (ARABIC, "ltr", f"{FSI}{ARABIC}{PDI}"),
        (f"  {ARABIC} ", "ltr", f"  {FSI}{ARABIC}{PDI} "),
        ("٣", "ltr", f"{FSI}٣{PDI}"),
    ],
)
def test_only_what_needs_it_is_isolated(text: str, within: Direction, found: str) -> None:
    assert isolated(text, within) == found


def test_parts_of_every_kind() -> None:
    source = "{{ a }} **{{ a }}** [{{ b }} x](https://a.example) {{ t }} {{ time_ago }}"
    values: dict[str, Value] = {"a": ARABIC, "b": HEBREW, "t": Link(HEBREW), "time_ago": Time()}
    parts = message_parts(compile_template(source, True), values)
    arabic, hebrew = f"{FSI}{ARABIC}{PDI}", f"{FSI}{HEBREW}{PDI}"
    assert parts == (
        Text(f"{arabic} "), Text(arabic, "strong"), Text(" "), Link(f"{hebrew} x", "https://a.example"), Text(" "),
        Link(hebrew), Text(" "), Time(),
    )  # fmt: skip
    assert html(parts, None).startswith(f"{arabic} <strong>{arabic}</strong> <a")


def test_a_wording_of_the_other_direction_is_isolated_as_a_whole_but_for_the_time() -> None:
    parts: tuple[Part, ...] = message_parts(
        compile_template("{{ a }} bought {{ time_ago }}"), {"a": "Ada", "time_ago": Time()}, "rtl"
    )
    assert parts == (Text(LRI), Text("Ada bought"), Text(f"{PDI} "), Time())
    assert plain_text(parts) == f"{LRI}Ada bought{PDI}"
    assert message_parts(compile_template("{{ a }} קנה"), {}, "ltr") == (Text(RLI), Text("קנה"), Text(PDI))
    assert message_parts(compile_template("קנה{{ time_ago }}"), {"time_ago": Time()}, "rtl") == (Text("קנה"), Time())


def test_the_language_of_the_application_gives_the_direction() -> None:
    assert item("{{ first_name }}", language="he")["message"] == f"{FSI}Mary Ann{PDI}"
    assert item("{{ first_name }} bought", language="he")["message"] == f"{LRI}Mary Ann bought{PDI}"
    assert item("{{ first_name }} bought", language="yue")["message"] == "Mary Ann bought"


@pytest.mark.parametrize("control", [*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"])
def test_controls_in_a_value_reach_nothing_beside_it(control: str) -> None:
    event = msgspec.structs.replace(
        EVENT, first_name=f"A{control}b", title=f"{control}{HEBREW}{control}{control}", city=control
    )
    found = item("{{ first_name }} in {{ city }}, {{ country }} bought {{ linked_title }}", event)
    # What is said is clean, and a city of nothing else is a hole; the members themselves are as they were sent.
    assert found["message"] == f"Ab in Nigeria bought {FSI}{HEBREW}{PDI}"
    assert (found["first_name"], found["city"], found["title"]) == (event.first_name, control, event.title)


def test_the_end_of_a_paragraph_does_not_end_an_isolate() -> None:
    assert without_controls("a\u2029b\x85c\x1dd") == "a b c d"
    assert without_controls("a\u200e\u200f\u061c\u200d\u00adb") == "a\u200e\u200f\u061c\u200d\u00adb"


@pytest.mark.parametrize(
    ("text", "direction"),
    [("", None), ("12 (!)", None), ("1 Ada משה", "ltr"), ("«משה» Ada", "rtl"), ("中文", "ltr"), ("٣ ada", "ltr")],
)
def test_the_first_letter_decides(text: str, direction: str | None) -> None:
    assert direction_of_text(text) == direction


CONTROLS = "\u2066\u2067\u2068\u2069\u202a\u202b\u202c\u202d\u202e\u200f\u2029\n"
MIXED = st.text(alphabet="aB1 ,(\u05d0\u05d1\u0627\u0628\u0663" + CONTROLS, max_size=12)


@given(MIXED, MIXED, st.sampled_from(["ltr", "rtl"]))
def test_any_two_values_keep_their_places(one: str, other: str, direction: Direction) -> None:
    """Whatever two values hold, the words between them stand between them, and isolates are balanced."""
    values: dict[str, Value] = {"a": without_controls(one), "b": without_controls(other)}
    text = said("{{ a }} x {{ b }}" if direction == "ltr" else "{{ a }} ק {{ b }}", direction, **values)
    depth = 0
    for character in text:
        depth += 1 if unicodedata.bidirectional(character) in ("LRI", "RLI", "FSI") else -1 if character == PDI else 0
        assert 0 <= depth <= 1
        assert unicodedata.bidirectional(character) not in ("LRE", "RLE", "LRO", "RLO", "PDF")
    assert depth == 0
    # Without isolates around them the two would change the order of what stands beside them.
    line = re.sub(r"[\u2066-\u2069]", "", get_display(text, base_dir="R" if direction == "rtl" else "L"))
    first, _, second = line.partition("x" if direction == "ltr" else "ק")
    left, right = (one, other) if direction == "ltr" else (other, one)
    letters = re.compile(r"[aB1\u05d0\u05d1\u0627\u0628\u0663]")
    assert sorted(letters.findall(first)) == sorted(letters.findall(left))
    assert sorted(letters.findall(second)) == sorted(letters.findall(right))
