"""Documents that are no ordinary HTML page: XHTML, SVG, about:blank, one without a head, one that is written anew."""

from __future__ import annotations

import pytest
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser
CARDS = ".fomo-notification"
INSERT = """(src) => new Promise((done) => { const script = document.createElement('script'); script.src = src;
  script.onload = script.onerror = done; (document.head || document.documentElement).append(script); })"""


def test_a_page_in_xhtml(visit: Visits) -> None:
    """Another parser, upper and lower case told apart: the card is the same."""
    html = (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head>'
        f'<title>A shop</title><script async="async" src="{visit.load_js}"></script></head><body><p>Words</p></body></html>'
    )
    v = visit(html=html, headers={"Content-Type": "application/xhtml+xml"})
    card = v.see()
    assert v.js("document.contentType") == "application/xhtml+xml"
    assert card.locator("[part=close]").count() == 1
    assert card.evaluate("(card) => card.namespaceURI") == "http://www.w3.org/1999/xhtml"
    assert v.box()["width"] == 376


def test_a_document_that_is_a_drawing(visit: Visits) -> None:
    """SVG with a script: a card or silence, no error, and the drawing is as it was."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><script href="{visit.load_js}"/><rect/></svg>'
    v = visit(html=svg, headers={"Content-Type": "image/svg+xml"})
    v.quiet(0.5)
    assert v.page.locator(CARDS).count() <= 1
    assert v.js("[document.documentElement.localName, document.querySelectorAll('rect').length]") == ["svg", 1]


def test_a_blank_document(visit: Visits) -> None:
    """about:blank, of which nothing can be asked: a card, or silence, and no error."""
    v = visit(html="<!doctype html><title>x</title>")
    v.page.goto("about:blank")
    v.js(INSERT, visit.load_js)
    v.quiet(0.5)
    assert v.page.locator(CARDS).count() <= 1


@pytest.mark.parametrize(
    "prepare",
    [
        "document.head.remove()",
        "document.body.remove()",
        "document.documentElement.replaceChildren()",
        "document.open(), document.write('<p>Written anew'), document.close()",
    ],
)
def test_a_document_without_its_usual_parts(visit: Visits, prepare: str) -> None:
    """No head, no body, nothing at all, or other contents than it was parsed with: the card stands on what there is."""
    v = visit(html="<!doctype html><title>x</title><p>x")
    v.js(f"void ({prepare})")
    v.js(INSERT, visit.load_js)
    v.card.wait_for(state="attached", timeout=15_000)
    assert v.page.locator("div#someone-purchased").count() == 1


@pytest.mark.parametrize("when", ["before load", "with a card there"])
def test_a_document_whose_root_is_taken_away(visit: Visits, when: str) -> None:
    """Nothing is left to stand on: silence."""
    remove = "document.documentElement.remove()"
    early = f"<script>{remove}</script>" if when == "before load" else ""
    v = visit(html=f"<!doctype html><title>x</title>{{tag}}<p>x{early}")
    if not early:
        v.see()
        v.js(remove)
        v.js("fomo.trigger('start', true), fomo.displayNotification({message: 'x'})")
    v.quiet(0.6)
    assert v.page.locator(CARDS).count() == 0
