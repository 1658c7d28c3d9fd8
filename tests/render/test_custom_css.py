"""An application's own CSS: what is let in and what is not."""

import pytest

from tidings.render.custom_css import LIMIT, css_problem


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
