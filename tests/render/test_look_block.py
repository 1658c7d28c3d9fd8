"""Colours and radius in an application's CSS: written, read back, and the rest left as it is."""

from hypothesis import given
from hypothesis import strategies as st

from tidings.render.custom_css import css_problem, served_css
from tidings.render.look_block import COLOURS, Look, is_colour, joined, split

COLOUR = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)
SOME = st.dictionaries(st.sampled_from(COLOURS), COLOUR)
LOOKS = st.builds(Look, light=SOME, dark=SOME, radius=st.none() | st.integers(0, 40))


@given(LOOKS, st.sampled_from(["", ".a { color: red }", "\n/* mine */\n", "p{}\r\n"]))
def test_what_is_written_is_read_back(look: Look, rest: str) -> None:
    css = joined(look, rest)
    assert split(css) == (look, rest)
    assert joined(*split(css)) == css
    assert css_problem(css) is None


def test_no_look_is_no_block() -> None:
    assert joined(Look(), "p { color: red }") == "p { color: red }"
    assert split("p { color: red }") == (Look(), "p { color: red }")


def test_what_goes_out() -> None:
    css = joined(Look({"background": "#ffffff"}, {"background": "#101010"}, 4), "p { color: red }")
    assert served_css(css) == (
        ".fomo-notification{--fomo-background:#ffffff;--fomo-radius:4px}"
        "@media (prefers-color-scheme:dark){.fomo-notification{--fomo-background:#101010}}p{color:red}"
    )


def test_a_block_that_somebody_wrote_in() -> None:
    css = joined(Look({"color": "#111111"}, {}, 4), "rest").replace("4px", "2em").replace("#111111", "red")
    assert split(css) == (Look(), "rest")
    # Wherever it stands.
    block = joined(Look({"color": "#AbCdEf"}), "")
    assert split(f"a{{}}\n{block}b{{}}") == (Look({"color": "#abcdef"}), "a{}\nb{}")


def test_only_six_digits_are_a_colour() -> None:
    assert is_colour("#12abEF")
    assert not any(map(is_colour, ("", "#fff", "red", "#12345678", "#12345g", "#123456;", "#123456\n")))
