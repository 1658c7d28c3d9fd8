"""What is held against a theme by reading it; that what there is to style is what the widget makes and the README says."""

import re
from pathlib import Path

import pytest

from tidings.render import theme_hooks
from tidings.render.custom_css import css_problem
from tidings.render.theme_check import SIZE_LIMIT, style_problems
from tidings.render.theme_hooks import ATTRIBUTES, CLASSES, ELEMENTS, IDS, PARTS, SIDES

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "themes" / "README.md").read_text("utf-8")
WIDGET = "".join((ROOT / "widget" / "src" / name).read_text("utf-8") for name in ("card.ts", "message.ts"))

DARK = "@media (prefers-color-scheme: dark) { .fomo-notification { color: #fff } }"
# As much as a theme must have, and nothing wrong.
WHOLE = f"""
.fomo-notification {{ border: 1px solid; color: #000 }}
{DARK}
[data-state="leaving"] {{ opacity: 0; transition: opacity 0.15s }}
"""


def problems(css: str, *variables: str) -> list[str]:
    """Of a theme "ours" of WHOLE and this."""
    assert css_problem(css) is None
    return [str(problem) for problem in style_problems("ours", css + WHOLE, frozenset(variables))]


@pytest.mark.parametrize(
    "css",
    [
        "",
        ".fomo-notification-ours:hover p > a[part=link]::after, #someone-purchased.customized img { color: red }",
        "[class*='-left'] { --from: -16px; transform-origin: 0 50% } [class*=\"-bottom-\"]:is(:hover, :focus-within) {}",
        ".fomo-notification::before { content: ''; position: absolute; inset: 0 }",
        "#fomo-close { position: absolute; top: 0; inset-inline-end: 0 }",
        ".fomo-notification-container:not(:last-child) small:nth-child(2n + 1 of p) :lang(en) { margin: 1px 2px 3px 2px }",
        ":host([dir=rtl]) a { left: 0 } p:dir(rtl), [dir='ltr'] p { margin-left: 1px; text-align: left }",
        ".fomo-notification { & b { color: red } &:hover { color: red } color: blue; @media print { color: green } }",
        ".fomo-notification { border-radius: 1px 1px 2px 2px / 3px; border-radius: 4px; border-color: red blue red blue }",
        ".fomo-notification { animation: fomo 0.2s ease-out 1s } @keyframes fomo { from { opacity: 0; translate: 0 8px } }",
        "a { transition: color 150ms linear, transform .25s; transition: none; animation: none; animation-duration: 0s }",
        "@supports (backdrop-filter: none) { @layer ours { p { color: red } } }",
        "button { border-radius: 1px; outline: 2px solid; outline-offset: 0 }",
    ],
)
def test_nothing_is_wrong(css: str) -> None:
    assert problems(css) == []


@pytest.mark.parametrize(
    ("css", "problem"),
    [
        (".card {}", "line 1, column 2: .card reaches nothing: the classes are "),
        ("p,\n .fomo-notification-other {}", "line 2, column 3: .fomo-notification-other reaches nothing"),
        ("a:is(b, .x) {}", "line 1, column 10: .x reaches nothing"),
        ("#close {}", "#close reaches nothing: the ids are fomo-close, fomo-stop, someone-purchased"),
        ("h1 {}", "h1 reaches nothing: the elements are a, b, br, button,"),
        ("body p {}", "body reaches nothing"),
        (":root {}", ":root reaches nothing here: set it on .fomo-notification"),
        ("[title] {}", "[title] reaches nothing: the attributes are"),
        ("[part=card2] {}", '[part="card2"] reaches nothing: its values are card, close,'),
        ("[data-state=open] {}", '[data-state="open"] reaches nothing: its values are leaving'),
        ("[class*=foo] {}", '[class="foo"] reaches nothing'),
        ("::part(card) {}", "::part() reaches nothing of a theme's own"),
        ("::slotted(*) {}", "::slotted() reaches nothing of a theme's own"),
        ("p { color red; }", "line 1, column 14: browsers pass over this"),
        ("@font-face { font-family: x }", "@font-face is nothing for a theme"),
        ("@unknown { p {} }", "@unknown is nothing for a theme"),
        ("p { background: url(data:,) }", "line 1, column 17: url() has no place in a theme"),
        ("p { mask: url('#a') }", "url() has no place in a theme"),
        ("p {\n  margin-left: 1px }", "line 2, column 3: margin-left is another side from right to left"),
        ("p { border-top-left-radius: 1px }", "border-top-left-radius is another side"),
        ("p { left: 0 }", "left is another side"),
        ("p { text-align: right }", "text-align: left or right is another side"),
        ("p { padding: 1px 2px 1px 3px }", "padding with another left than right"),
        ("p { inset: 0 1px 0 auto }", "inset with another left than right"),
        ("p { border-radius: 1px 2px }", "border-radius with another left than right"),
        ("p { border-radius: 1px / 1px 1px 2px }", "border-radius with another left than right"),
        (":is(a, [dir=rtl] a) { left: 0 }", "left is another side"),
        (".fomo-notification { position: relative }", "position of the card is base.css's"),
        ("section:hover[class*='-left'] { inset-inline-start: 0 }", "inset-inline-start of the card is base.css's"),
        ("p .fomo-notification-position-top-left { z-index: 1 }", "z-index of the card is base.css's"),
        ("p { --fomo-accent: red }", "--fomo-accent is the page's to set"),
        ("p { --touch: 1px }", "--touch is set by base.css"),
        ("p { color: var(--fomo-accent, red) }", "--fomo-accent is read, but not in [variables]"),
        ("p { outline: none }", "this takes the focus ring away"),
        ("#fomo-close:focus-visible { outline-width: 0 }", "this takes the focus ring away"),
        ("p { animation: x 0.2s !important }", "animation with !important would move"),
        ("p { animation: x 1s infinite }", "animation never ends"),
        ("p { animation: x 1s }", "animation takes 1000 ms; 150 to 250"),
        ("p { transition: color 80ms }", "transition takes 80 ms; 150 to 250"),
        ("p { animation-duration: 200ms, .3s }", "animation-duration takes 300 ms"),
        ("[data-state=leaving] { transition: opacity .15s .1s }", "transition takes 250 ms; 150 to 200"),
        ("p { transition: width 0.2s }", "transition of width: only opacity, transform and colours"),
        ("p { transition: 0.2s }", "transition of all: only opacity"),
        ("p { transition-property: opacity, margin }", "transition-property of margin"),
        ("@keyframes x { to { opacity: 1; width: 9px } }", "width in @keyframes makes the browser lay out or paint anew"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(css: str, problem: str) -> None:
    found = problems(css)
    assert any(problem in one for one in found), found


def test_what_is_missing() -> None:
    assert [str(problem) for problem in style_problems("ours", "p { color: red }", frozenset({"--fomo-font"}))] == [
        "--fomo-font is in [variables] of theme.toml, but is not read",
        "it has no colours for the dark: @media (prefers-color-scheme: dark)",
        "the card has no border: forced colours take its ground and its shadow away (border: 1px solid transparent)",
        'it has no exit: [data-state="leaving"]',
    ]


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        (DARK, "p { color: light-dark(#000, #fff) }"),
        ("border: 1px solid;", "} @media (forced-colors: active) { .fomo-notification { outline: 1px solid }"),
        ("border: 1px solid;", "border-block: 1px solid;"),
    ],
)
def test_there_is_more_than_one_way(there: str, instead: str) -> None:
    assert there in WHOLE
    assert style_problems("ours", WHOLE.replace(there, instead), frozenset()) == []
    assert style_problems("ours", WHOLE.replace(there, ""), frozenset()) != []


@pytest.mark.parametrize(
    "css",
    [
        ".fomo-notification { border: none }",
        ".fomo-notification { border-top: 1px solid }",
        ".fomo-notification p, .fomo-notification::before { border: 1px solid }",
        "@media print { .fomo-notification { border: 1px solid } }",
    ],
)
def test_a_border_is_one_around_the_card_at_any_time(css: str) -> None:
    found = style_problems("ours", WHOLE.replace("border: 1px solid;", "") + css, frozenset())
    assert [str(problem).split(":")[0] for problem in found] == ["the card has no border"]


def test_the_weight_is_what_travels() -> None:
    colours = "".join(f"p {{ color: #{number * 7919 % 0xFFFFFF:06x} }}\n" for number in range(500))
    [problem] = problems(colours)
    assert re.fullmatch(rf"it weighs [\d,]+ bytes, minified and in brotli; at most {SIZE_LIMIT:,}", problem)
    assert problems("p { color: red }\n" * 500 + "/* " + "x" * 9_000 + " */") == []


def test_the_hooks_are_those_that_the_readme_shows() -> None:
    shown = README.split("```html")[1].split("```")[0]
    classes = {one for names in re.findall(r'class="([^"]+)"', shown) for one in names.split()}
    sides = {f"fomo-notification-position-{side}" for side in SIDES}
    assert classes - {"fomo-notification-theme1"} | sides == CLASSES
    assert set(re.findall(r'id="([^"]+)"', shown)) == IDS
    assert set(re.findall(r'part="([^"]+)"', shown)) == PARTS
    assert set(re.findall(r"<([a-z]+)", shown)) | {"b", "i", "br"} == ELEMENTS
    assert set(re.findall(r' ([a-z-]+)="', shown)) | {"data-state", "aria-hidden", "type", "href"} == ATTRIBUTES
    assert all(f"`{side}`" in README for side in SIDES)


def test_the_hooks_are_those_that_the_widget_makes() -> None:
    made = set(re.findall(r"\$\{NAME\}-([a-z-]+)", WIDGET)) - {"position-"}
    assert made == set(theme_hooks.PARTS_OF_CARD)
    assert set(re.findall(r"id: '([a-z-]+)'", WIDGET)) == {"someone-purchased"}
    assert set(re.findall(r"button\('(\w+)'", WIDGET)) == {"stop", "close"}
    parts = re.findall(r"part: '(\w+)'|linkTo\(\w+, '(\w+)'|button\('(\w+)'", WIDGET)
    assert {part for one in parts for part in one if part} == PARTS
    assert "data-state" not in WIDGET
    assert "dataset.state = 'leaving'" in WIDGET
