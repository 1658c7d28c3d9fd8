"""Minified CSS: smaller, and the same to every browser."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from tests.css_as_browsers_read_it import Tokenizer
from tests.render.test_custom_css import SHEETS

from tidings.render.css_minify import minified, minified_for_shadow
from tidings.render.custom_css import css_problem

THEMES = Path(__file__).resolve().parents[2] / "themes"


@pytest.mark.parametrize(
    ("css", "small"),
    [
        (" a , b > c { color : RED ;; } ", "a,b>c{color:RED}"),
        ("a { b: c ! important ; d: e }", "a{b:c!important;d:e}"),
        ("/* x */ a /* y */ b{}", "a b{}"),
        ("a/**/b{c:1px/**/2px}", "a/**/b{c:1px/**/2px}"),
        ("a { & :hover { b: c } d:hover { e: f } g :hover { h: i } }", "a{& :hover{b:c}d:hover{e:f}g :hover{h:i}}"),
        ("a + b ~ c{}", "a + b~c{}"),
        ("u/**/+a{}", "u +a{}"),
        ("a { w: calc( 1px + 2px ) ; --x: { b } c }", "a{w:calc(1px + 2px);--x:{b}c}"),
        ("a { --y: ; z: var( --q , ) }", "a{--y:;z:var(--q,)}"),
        ("@media screen and ( max-width : 9px ) { a { b: c } }", "@media screen and (max-width:9px){a{b:c}}"),
        ("@layer x , y ; a{}", "@layer x,y;a{}"),
        ("@keyframes k { from { a: b } 50% { c: d } }", "@keyframes k{from{a:b}50%{c:d}}"),
        ("[ data-x = 'y' ] { font: 1px / 2 'A \"B\"' }", '[data-x = "y"]{font:1px / 2 "A \\"B\\""}'),
        ("a { content: '\\e900' }", 'a{content:"\ue900"}'),
        ("a { b: url( data:image/png;base64,AA== ) }", "a{b:url(data:image/png;base64,AA==)}"),
    ],
)
def test_smaller(css: str, small: str) -> None:
    assert minified(css) == small


@pytest.mark.parametrize(
    ("css", "small"),
    [
        ("body #someone-purchased{}", ":host #someone-purchased{}"),
        ("html > body > a, BODY b, c body{}", ":host > a,:host b,c body{}"),
        (":root a{}", ":host a{}"),
        ("@media print { html body a { b: c } }", "@media print{:host a{b:c}}"),
        ("html, body { a: b } body.home a {}", "html,body{a:b}body.home a{}"),
        ("body:hover a {} body + a {}", "body:hover a{}body + a{}"),
        ("a { body b { c: d } }", "a{body b{c:d}}"),
    ],
)
def test_a_page_around_the_card_is_the_host_in_the_shadow_tree(css: str, small: str) -> None:
    assert minified_for_shadow(css) == small.replace(" > ", ">")


def meaning(css: str) -> list[tuple[str, str]]:
    """The tokens of a style sheet, but for what only separates."""
    tokens = Tokenizer(css, narrow=False).tokens()
    return [token for token in tokens if token[0] not in ("space", "comment") and token != ("delim", ";")]


@given(SHEETS)
@settings(max_examples=1_500, deadline=None)
def test_the_same_tokens(css: str) -> None:
    if css_problem(css):
        return
    small = minified(css)
    assert css_problem(small) is None
    assert minified(small) == small
    # A range of characters is written in another way.
    assert "unicode-range" in css or meaning(small) == meaning(css)


@pytest.mark.parametrize("path", sorted(THEMES.rglob("*.css")), ids=lambda path: str(path.relative_to(THEMES)))
def test_our_own_themes(path: Path) -> None:
    css = path.read_text("utf-8")
    assert meaning(minified(css)) == meaning(css)
    assert len(minified(css)) < len(css) * 0.9
