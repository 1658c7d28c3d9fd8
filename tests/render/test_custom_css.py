"""An application's own CSS: what is let in and what is not."""

import gc
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.css_as_browsers_read_it import forbidden

from tidings.render.custom_css import LIMIT, css_problem, served_css


@pytest.mark.parametrize(
    "css",
    [
        "",
        ".card { border-radius: 0; background: #fff url(data:image/png;base64,AAAA) }",
        "a { fill: url(#gradient) }",
        "a { scroll-behavior: smooth }",
        "@media (max-width: 600px) { a { color: red } }",
        "@font-face { font-family: x; src: local('Arial') }",
        "a::after { content: '\\201C' }",
        "x" * LIMIT,
    ],
)
def test_lets_in(css: str) -> None:
    assert css_problem(css) is None


@pytest.mark.parametrize(
    "css",
    [
        "</style><script>alert(1)</script>",
        "</STYLE >",
        "\\3c/style\\3e<script>",
        "@import '//evil.example'",
        "@IMPORT url(x)",
        "@\\69mport 'x'",
        "@im\\\nport 'x'",
        "a{background:url(https://evil.example/x.png)}",
        "a{background:url( '//evil.example/4')}",
        "a{background:u\\72l(//evil.example)}",
        "a{background:UR\\4C (//evil.example)}",
        "a{background:/**/url(/*x*/x.png)}",
        "a{background:image-set('https://evil.example/x' 1x)}",
        "@font-face{font-family:x;src:url(//evil.example/A);unicode-range:U+41}",
        "a{width:expression(alert(1))}",
        "a{-moz-binding:x}",
        "a{behavior:x}",
        "a{behavior\t: x}",
        "a{}\0",
        "a{}\x1b",
        "é" * (LIMIT // 2 + 1),
    ],
)
def test_refuses(css: str) -> None:
    assert css_problem(css)


@pytest.mark.parametrize(
    ("css", "line", "column", "reason"),
    [
        ("a {}\n\n  @import 'x';", 3, 3, "@import would ask another server"),
        ("a {\r\n  color: red;\r\n  background: url(//evil.example)\r\n}", 3, 15, "url() would ask another server"),
        ("a { background: URL( 'https://evil.example' ) }", 1, 17, "url() would ask another server"),
        ("a { background: url('data:,' 'https://evil.example') }", 1, 17, "url() would ask another server"),
        ("a { background: url() }", 1, 17, "url() would ask another server"),
        ("a { background: -webkit-image-set(url(data:,) 1x) }", 1, 17, "image-set() can not be held"),
        ("@import× 'x';", 1, 1, "@import would ask"),
        ("a { b: ×url(//x) }", 1, 8, "url() would ask"),
        ("a { b: ×url('//x') }", 1, 8, "url() would ask"),
        ("a { ×behavior: x }", 1, 5, "×behavior would run a script"),
        ("a { background: src(var(--x)) }", 1, 17, "src() can not be held"),
        ("a { b: c; & :hover { mask: cross-fade('x', 'y') } }", 1, 28, "cross-fade() can not be held"),
        ("@unknown x { a { b: image('x') } }", 1, 21, "image() can not be held"),
        ("@supports (background: url(//x)) { }", 1, 24, "url() would ask"),
        ("a { --x: { b: url(//x) } }", 1, 15, "url() would ask"),
        ("a { width: expression(alert(1)) }", 1, 12, "expression() would run a script"),
        ("a { BEHAVIOR /**/ : x }", 1, 5, "BEHAVIOR would run a script"),
        ("a { content: '</style>' }", 1, 15, "</style> would end the style"),
        ("a {\n content: '\\3c /ST\\59 LE' }", 2, 12, "</style> would end the style"),
        ("a { content: '\\1b' }", 1, 14, "a control character"),
        ("a { content: '\\d800' }", 1, 14, "a control character"),
        ("a\x1f{}", 1, 2, "a control character (U+001F)"),
        ("a {\n  color: red;\n\nb { color: blue }", 1, 3, "this { is never closed by a }"),
        ("a { width: calc(1px }\nb { color: red }", 1, 12, "this ( is never closed by a )"),
        ("a { b: c }\n/* d { e: f }", 2, 1, "this comment is never closed"),
        ("a { content: 'b }\nc { d: e }", 1, 14, "this text in quotes does not end on its line"),
        ("@tidings-end{", 1, 13, "this { is never closed"),
        (";", 1, 1, "this ; stands outside"),
        ("a { content: 'b", 1, 14, "this text in quotes does not end"),
        ("a { b: url(data:,x", 1, 8, "this url( "),
        ("a { b: url(data:,'x') }", 1, 8, "this url( "),
        ("a { b: url(#x\\\n) }", 1, 8, "this url( "),
        ("a { b: c } }\nd { e: f }", 1, 12, "this } closes nothing"),
        ("a { b: c };\nd { e: f }", 1, 11, "this ; stands outside of a rule"),
        ("u+cross-fade('x') { }", 1, 1, "U+ stands only in unicode-range"),
        ("a { b: \\\n c }", 1, 8, "this \\ escapes nothing"),
        ("a { b: " + "1" * 5_000 + " }", 1, 8, "a number of more than 400 digits"),
        ("a" + "{ a" * 50 + "}" * 50, 1, 99, "nested too deeply"),
    ],
)
def test_a_refusal_says_where_and_why(css: str, line: int, column: int, reason: str) -> None:
    problem = css_problem(css)
    assert problem is not None
    assert (problem.line, problem.column) == (line, column)
    assert reason in problem.reason
    assert str(problem).startswith(f"line {line}, column {column}: ")


def test_a_long_one_has_no_line() -> None:
    assert str(css_problem("x" * (LIMIT + 1))) == "it is longer than 32 KiB"


@pytest.mark.parametrize(
    "css",
    [
        "a { colour: red; : ; 5px; color }",
        "a { color: red) }",
        "@unknown thing { a: b } c { d: e }",
        "@layer x; @media print { a { b: c; ; } }",
        "<!-- a { b: c } -->",
        "a { b: url( \"DATA:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>\" ) }",
        "@font-face { src: url(data:font/woff2;base64,AA); unicode-range: U+0-7F, u+4?? }",
        "a { content: 'behavior: \\A url(//x) @import' } /* @import url(//x) */",
        "behavior { scroll-behavior: smooth; transition-behavior: allow-discrete }",
        "a { b: c; &:hover { d: e } > f { g: h } }",
        "[data-x='a{b'] { c: d }",
        "u + a { b: c }",
    ],
)
def test_what_browsers_pass_over_is_left_to_them(css: str) -> None:
    assert css_problem(css) is None


# What people have pasted into Fomo's "custom CSS" for years.
FOR_FOMO = """
#someone-purchased { border-radius: 0 !important; }
#someone-purchased.customized img { border-radius: 50%; }
#someone-purchased p a, #someone-purchased p small { font-family: 'Lato', sans-serif; }
body .fomo-notification { box-shadow: none; }
html > body #fomo-close { display: none }
@media (max-width: 600px) {
  :root .fomo-notification { width: 100%; }
}
"""


def test_css_for_fomo_is_served_for_the_shadow_tree() -> None:
    assert css_problem(FOR_FOMO) is None
    assert served_css(FOR_FOMO) == (
        "#someone-purchased{border-radius:0!important}"
        "#someone-purchased.customized img{border-radius:50%}"
        '#someone-purchased p a,#someone-purchased p small{font-family:"Lato",sans-serif}'
        ":host .fomo-notification{box-shadow:none}"
        ":host #fomo-close{display:none}"
        "@media (max-width:600px){:host .fomo-notification{width:100%}}"
    )


def test_css_that_is_not_let_in_any_more_is_not_served() -> None:
    assert served_css("a { b: url(//evil.example) }") == ""


PIECES = [
    *"'\"(){}[];:,\\/<>+*#@-%=~ \n\r\f\t\0×é\u200d\U0001f469!1ab",
    *("url(", "URL(", "u\\72l(", "src(", "image-set(", "cross-fade(", "expression(", "@import", "@im\\port"),
    *("behavior", "-moz-binding"),
    *("data:", "#a", "//evil", "https://e.example", "\\\n", "/*", "*/", "u+", "U+1?", "\\22 ", "\\29", "\\5c", "\\0"),
    *("\\1 ", "\\d800 "),
    *(
        "--",
        "1e",
        "e3",
        "<!--",
        "-->",
        "||",
        "\\61 ",
        "color:red;",
        ".fomo-notification",
        "body ",
        "html>",
        ":root ",
        "</style",
    ),
    *("a{", "a:hover{", "unicode-range:", "@media ", "@font-face{"),
]
SHEETS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=10).map(lambda some: f"a{{{''.join(some)}}}"),
    st.lists(st.sampled_from(PIECES), max_size=6).map(lambda some: f"a{{b:url(#{''.join(some)})}}"),
)


@given(SHEETS, st.booleans())
@settings(max_examples=1_500, deadline=None)
def test_what_is_let_in_fetches_nothing(css: str, narrow: bool) -> None:
    if css_problem(css) is None:
        assert not forbidden(css, narrow=narrow)
        assert not forbidden(served_css(css), narrow=narrow)


def test_the_second_opinion_sees_what_it_should() -> None:
    for css in ("a{b:u\\72l( //x)}", "@\\69mport 'x'", "a{b:url( '//x')}", "a{b:image-set('x' 1x)}", "a{behavior :x}"):
        assert forbidden(css, narrow=False)
    assert forbidden("a{b:×url(//x)}", narrow=True)
    assert not forbidden("a{b:×url(//x)}", narrow=False)


NASTY = ("a{b:c}", "{", "(", "a{", "url(", "'", "/*", "/**/", "\\", "U+1,", "behavior/**/", ")a,", "1:", "\\61 @", "<", "</")


@pytest.mark.parametrize("piece", NASTY)
def test_the_cost_is_bounded(piece: str) -> None:
    css = (piece * LIMIT)[:LIMIT]
    taken = []
    # The processor's time, of the best of three, without a look at what other tests have left behind: neither other work on
    # the machine nor their garbage is this one's cost.
    gc.disable()
    try:
        for end in (" ", "\n", "\t"):
            began = time.process_time()
            css_problem(css[:-1] + end)
            taken.append(time.process_time() - began)
    finally:
        gc.enable()
    assert min(taken) < 0.2
