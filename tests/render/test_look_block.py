"""Colours and radius in an application's CSS: written, read back, and the rest left as it is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.render.custom_css import css_problem, served_css
from tidings.render.look_block import COLOURS, Look, holds_block, is_colour, joined, split

COLOUR = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)
SOME = st.dictionaries(st.sampled_from(COLOURS), COLOUR)
LOOKS = st.builds(Look, light=SOME, dark=SOME, radius=st.none() | st.integers(0, 40))


@given(LOOKS, st.sampled_from(["", ".a { color: red }", "\n/* mine */\n", "p{}\n"]))
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


BLOCK = joined(Look({"color": "#111111"}, {"accent": "#222222"}, 4), "")


@pytest.mark.parametrize(
    "css",
    [
        BLOCK.replace("4px", "2em"),
        BLOCK.replace("4px", "50px"),
        BLOCK.replace("--fomo-radius: 4px;", "--fomo-radius: 4px; font-size: 20px;"),
        f"a {{}}\n{BLOCK}",
        BLOCK + BLOCK.partition("{")[0],
        BLOCK.partition("{")[0],
    ],
)
def test_what_somebody_wrote_in_a_block_stays_their_css(css: str) -> None:
    look, rest = split(css)
    assert joined(look, rest) == css
    assert (look == Look()) == (not css.startswith(BLOCK))
    assert holds_block(rest)


@pytest.mark.parametrize("css", [BLOCK.rstrip("\n"), BLOCK.replace("\n", "\r\n"), BLOCK])
def test_other_ends_of_lines_are_no_change(css: str) -> None:
    look, rest = split(css)
    assert (look.light, look.dark, look.radius, rest) == ({"color": "#111111"}, {"accent": "#222222"}, 4, "")


@pytest.mark.parametrize("more", ["/* look: written by the Design page */", "--fomo-a:", "--fomo-a: " + " " * 500])
def test_no_text_takes_long_to_read(more: str) -> None:
    """Once it took seconds for what may be saved."""
    css = "/* look: written by the Design page */" + more * (32_000 // len(more)) + "/* end of look */"
    before = time.process_time()
    split(css)
    assert time.process_time() - before < 0.2


def test_only_six_digits_are_a_colour() -> None:
    assert is_colour("#12abEF")
    assert not any(map(is_colour, ("", "#fff", "red", "#12345678", "#12345g", "#123456;", "#123456\n")))
