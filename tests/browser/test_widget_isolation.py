"""The widget and the page leave each other alone: styles, names, several tags, hostile and unusual pages."""

from __future__ import annotations

from typing import Any

import pytest
from tests.browser.visits import Visits, event

pytestmark = pytest.mark.browser

TAGS = ["section", "p", "a", "small", "button", "b", "i", "img", "input", "ul", "li", "table", "td", "h2", "label"]
TAGS += ["span", "em", "div", "pre", "code"]
HOSTILE_CSS = """
:not(html, body) { display: none !important; font: 40px/3 fantasy !important; color: red !important; opacity: .1 !important;
    transform: rotate(45deg) scale(3) !important; direction: rtl !important; position: static !important;
    visibility: hidden !important; pointer-events: none !important; filter: blur(9px) !important; zoom: 3 !important;
    animation: none !important; transition: none !important; text-transform: uppercase !important; width: 3px !important }
html { transform: scale(.5); font-size: 40px; direction: rtl }
[popover] { inset: auto !important; z-index: -1 !important }
"""


@pytest.mark.criterion(32, 81)
def test_the_pages_styles_do_not_reach_in(visit: Visits) -> None:
    v = visit(head=f"<style>{HOSTILE_CSS}</style>", settings={"displayFor": 1})
    v.card.wait_for(state="attached")
    style = v.card.evaluate(
        """(card) => { const s = getComputedStyle(card), h = getComputedStyle(card.getRootNode().host);
        return {size: s.fontSize, visible: s.visibility, display: s.display, transform: h.transform,
          opacity: h.opacity, direction: s.direction, filter: h.filter, events: s.pointerEvents,
          position: h.position, words: s.textTransform}; }"""
    )
    assert style == {
        "size": "14px",
        "visible": "visible",
        "display": "block",
        "transform": "none",
        "opacity": "1",
        "direction": "ltr",
        "filter": "none",
        "events": "auto",
        "position": "fixed",
        "words": "none",
    }
    box = v.box()
    assert [box["width"], box["x"], box["bottom"]] == [376, 16, 784]
    v.page.locator("[part=card]").wait_for(state="detached", timeout=15_000)


@pytest.mark.criterion(33)
def test_our_styles_do_not_reach_out(visit: Visits) -> None:
    """Computed styles of the page's elements, of our names even, are the same with the widget and without."""
    body = "".join(f"<{tag} class='fomo-notification fomo-notification-content'>x</{tag}>" for tag in TAGS)
    read = """() => [...document.querySelectorAll('main *')].map((node) => {
      const s = getComputedStyle(node); return [...s].map((name) => name + s.getPropertyValue(name)).join(); })"""
    v = visit(body=body)
    v.see()
    with_widget = v.js(read)
    v.js("fomo.destroy()")
    assert v.js(read) == with_widget
    alone = visit(body=body, before=lambda page: page.route("**/load.js", lambda route: route.abort()))
    assert alone.js(read) == with_widget


@pytest.mark.criterion(34)
def test_one_global(visit: Visits) -> None:
    v = visit(init="window.before = new Set(Object.getOwnPropertyNames(window));")
    v.see()
    names = v.js("Object.getOwnPropertyNames(window).filter((name) => !before.has(name) && name !== 'before')")
    assert [name for name in names if not name.startswith("__pw")] == ["fomo"], "but for Playwright's own"


@pytest.mark.criterion(35)
@pytest.mark.parametrize(
    ("init", "shows"),
    [
        (
            "Array.prototype.extra = () => 1; Object.prototype.extra = function () {}; String.prototype.extra = 1;"
            "Array.prototype.toJSON = () => 'broken'; JSON.stringify = () => { throw 1; };"
            "const st = setTimeout; window.setTimeout = (fn, ms, ...rest) => st(() => fn(...rest), ms);",
            True,
        ),
        ("delete window.fetch; window.fetch = undefined;", True),
        ("delete window.requestIdleCallback; window.requestIdleCallback = undefined;", True),
        ("window.fetch = () => { throw new Error('patched'); };", False),
        ("window.fetch = () => Promise.resolve('patched');", False),
        ("window.CSSStyleSheet = undefined;", False),
        ("Element.prototype.attachShadow = undefined;", False),
        ("Array.prototype.map = () => { throw new Error('patched'); };", False),
        ("Array.prototype.includes = () => { throw new Error('patched'); };", False),
        ("delete HTMLElement.prototype.showPopover; delete HTMLElement.prototype.popover;", True),
    ],
)
def test_patched_engines(visit: Visits, init: str, shows: bool) -> None:
    """A card, or silence; the `visit` fixture fails on any uncaught error."""
    v = visit(init=init)
    if shows:
        v.see()
    else:
        v.quiet(0.4)
        assert v.page.locator(".fomo-notification").count() == 0


@pytest.mark.criterion(36)
@pytest.mark.parametrize(
    ("html", "kind"),
    [
        ("<title>A shop</title>{tag}<p>quirks", "text/html; charset=utf-8"),
        ("<!doctype html><title>A shop</title>{tag}<p>no charset", "text/html"),
        ("<!doctype html><base href='https://elsewhere.example/x/'><title>A shop</title>{tag}", "text/html"),
    ],
)
def test_unusual_pages(visit: Visits, html: str, kind: str) -> None:
    """Quirks mode, a page without a charset, one with a base address: the words and the addresses are right."""
    words = "Zo\u00eb \u6771\u4eac \U0001f600"
    v = visit([event(1, [words, " ", ["a", "x"], " ", ["time"]])], html=html, headers={"Content-Type": kind})
    v.card.wait_for(state="attached")
    assert v.card.locator("p").first.text_content() == f"{words} x "
    assert "https://shop.example/p/1?" in (v.card.locator("a").first.get_attribute("href") or "")
    size = v.card.evaluate("(card) => [getComputedStyle(card).fontSize, card.offsetWidth]")
    assert size == ["14px", 376]


@pytest.mark.criterion(37)
def test_the_card_lies_above_all_that_is_not_modal(visit: Visits) -> None:
    body = """<style>
      .high { position: fixed; inset: 0; width: auto; height: auto; z-index: 2147483647; background: #eee }</style>
      <div class=high></div><div popover=manual class=high id=page-popover></div>"""
    v = visit(body=body, settings={"pageLoad": 600})
    v.page.wait_for_function("window.fomo && fomo.recentEvents.length")
    v.js("document.querySelector('#page-popover').showPopover()")
    v.js("fomo.runNotifications()")
    v.see()
    box = v.box()
    hit = v.js("([x, y]) => document.elementFromPoint(x, y).id", [box["x"] + 20, box["y"] + 20])
    assert hit == "someone-purchased"


@pytest.mark.criterion(38)
@pytest.mark.parametrize(
    "html",
    [
        "<title>x</title>{tag}{tag}",
        "<title>x</title><body><p>x{tag}</body>",
        "<title>x</title>{defer}",
        "<title>x</title><body><script>var s = document.createElement('script'); s.src = '{src}'; document.body.append(s);"
        "addEventListener('load', () => setTimeout(() => document.body.append(s.cloneNode()), 50));</script>",
    ],
)
def test_one_widget_however_the_tag_is_placed(visit: Visits, html: str) -> None:
    defer = visit.tag.replace("async", "defer")
    v = visit(html="<!doctype html>" + html.replace("{defer}", defer).replace("{src}", visit.load_js))
    v.see()
    v.quiet(0.2)
    assert v.page.locator("div#someone-purchased").count() == 1
    assert v.shown() == [1]
    assert len([path for path in v.widget_requests if path.startswith("js-obj")]) == 1
    assert not [line for line in v.console if "fomo" in line]


@pytest.mark.criterion(39)
def test_a_second_client_id_is_refused_with_one_warning(visit: Visits) -> None:
    other = visit.live.b
    second = f'<script src="{other.load_js}" defer></script>'
    v = visit(html=f"<!doctype html><title>x</title>{visit.tag.replace('async', 'defer')}{second}")
    v.see()
    assert v.js("fomo.clientHash") == visit.live.a.client_id
    warnings = [line for line in v.console if line.startswith("warning")]
    assert len(warnings) == 1
    assert other.client_id in warnings[0]
    assert not [path for path in v.widget_requests if path.startswith(f"js-obj/{other.client_id}")]


@pytest.mark.criterion(68)
def test_a_page_that_throws_fomo_away_and_loads_the_tag_again(visit: Visits) -> None:
    """Sites with Turbolinks do it: one widget remains, and nothing of the old one runs on."""
    v = visit([event(3), event(2), event(1)], {"displayFor": 2, "displayInterval": 1}, clock=True)
    v.run(1)
    v.see()
    v.js("window.old = fomo; window.fomo = null")
    v.js(
        "(src) => new Promise((done) => { const s = document.createElement('script'); s.src = src; s.onload = done;"
        " document.head.append(s); })",
        visit.load_js,
    )
    v.run(12)
    assert v.page.locator("div#someone-purchased").count() == 1
    assert v.js("fomo !== old && old.whyDisabled()") == "off"
    assert v.shown() == [3, 2, 1]
    assert v.told("ready") == [None, None]


@pytest.mark.criterion(68)
def test_a_swapped_body_leaves_the_card(visit: Visits) -> None:
    """The host stands on <html>; a page that empties even that gets it back with the next card."""
    v = visit([event(2), event(1)], {"displayFor": 2, "displayInterval": 1}, clock=True)
    v.run(1)
    v.see()
    v.js("document.body.replaceWith(document.createElement('body'))")
    assert v.card.count() == 1
    v.js("document.querySelector('div#someone-purchased').remove()")
    v.run(3)
    v.see()
    assert v.shown() == [2, 1]


@pytest.mark.criterion(40)
def test_the_stub_queue_runs_in_order_once(visit: Visits) -> None:
    stub = """<script>window.fomo = window.fomo || {q: []};
      fomo.q.push(['on', 'ready', () => { window.late = true; }]);
      fomo.q.push(['trigger', 'restartOrder'], ['trigger', 'start']);</script>"""
    v = visit([event(2), event(1)], {"manualTrigger": True}, head=stub)
    v.see()
    assert v.shown() == [2]
    assert v.js("fomo.q.push(['trigger', 'stop'], ['nonsense'])") == 2
    assert v.page.locator(".fomo-notification").count() == 0
    assert v.js("fomo.q.length") == 0
    assert [line for line in v.console if "nonsense" in line]


@pytest.mark.criterion(41)
@pytest.mark.parametrize("sandbox", ["", "sandbox='allow-scripts'", "sandbox"])
def test_in_a_frame(visit: Visits, sandbox: str) -> None:
    """Works where scripts run, also without an origin and a storage; silent elsewhere."""
    inner = f"<title>x</title>{visit.tag}".replace('"', "&quot;")
    v = visit(html=f'<!doctype html><title>x</title><iframe title=x {sandbox} srcdoc="{inner}"></iframe>')
    frame = v.page.frame_locator("iframe").locator(".fomo-notification")
    if sandbox == "sandbox":
        v.quiet(0.3)
        assert frame.count() == 0
    else:
        frame.wait_for()


@pytest.mark.criterion(11)
def test_a_blocked_tag_leaves_the_page_alone(visit: Visits) -> None:
    stub = "<script>window.fomo = window.fomo || {q: []}; fomo.q.push(['trigger', 'start']);</script>"

    def block(page: Any) -> None:
        page.route("**/load.js", lambda route: route.abort("blockedbyclient"))

    v = visit(head=stub, before=block)
    assert v.js("fomo.q.push(['trigger', 'stop'])") == 2
