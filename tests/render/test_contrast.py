"""Contrast as WCAG reckons it, and what of a look can hardly be read."""

import pytest

from tidings import assets
from tidings.domain.themes import read_themes
from tidings.render.contrast import Faint, channels, contrast, faint, theme_colours

THEME = {"--fomo-background": "#fff, in the dark #202020", "--fomo-color": "#1c1c1c, in the dark #f0f0f0"}


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    # As the W3C's own examples and WebAIM's checker have them.
    [
        ("#000", "#fff", 21),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#fff", 4.54),
        ("#f00", "#ffffff", 4.0),
        ("#abc", "#abc", 1),
    ],
)
def test_the_ratio(one: str, other: str, ratio: float) -> None:
    first, second = channels(one), channels(other)
    assert first is not None
    assert second is not None
    assert contrast(first, second) == contrast(second, first) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize("colour", ["", "red", "#12", "#ffffffb8", "#fff8", "#ggg", "rgb(0,0,0)", "#1234567", "#fff\n"])
def test_what_is_no_opaque_colour(colour: str) -> None:
    assert channels(colour) is None


@pytest.mark.parametrize(
    ("said", "colours"),
    [
        ("#fefcf7, in the dark #2A241F", ("#fefcf7", "#2a241f")),
        ("#fff", ("#fff", "#fff")),
        ("a translucent grey", ("", "")),
        ("#ffffffb8, in the dark #14161ac4", ("#ffffffb8", "#14161ac4")),
    ],
)
def test_the_colours_that_a_theme_says(said: str, colours: tuple[str, str]) -> None:
    assert theme_colours(said) == colours


def test_what_can_hardly_be_read() -> None:
    assert list(faint({}, THEME)) == []
    own = {"light": {"--fomo-background": "#222222"}}
    # The ground that was set for the light holds in the dark too, where the theme's own words are light.
    assert [(one.what, one.scheme) for one in faint(own, THEME)] == [("Text", "light")]
    own = {"light": {"--fomo-background": "#ffffff"}}
    assert [(one.what, one.scheme) for one in faint(own, THEME)] == [("Text", "dark")]
    assert list(faint({**own, "dark": {"--fomo-background": "#101010"}}, THEME)) == []
    own = {"light": {"--fomo-accent": "#cccccc"}, "dark": {"--fomo-accent": "#333333"}}
    assert [(one.what, one.scheme) for one in faint(own, THEME)] == [("Links", "light"), ("Links", "dark")]
    # Of a ground that shines through nobody knows.
    assert list(faint({"light": {"--fomo-color": "#ffffff"}}, {"--fomo-background": "#ffffffb8"})) == []
    assert isinstance(next(faint({"light": {"--fomo-color": "#ffffff"}}, THEME)), Faint)


def test_no_theme_of_ours_is_faint() -> None:
    for theme in read_themes(assets.themes()).all():
        assert list(faint({}, theme.variables)) == [], theme.name
