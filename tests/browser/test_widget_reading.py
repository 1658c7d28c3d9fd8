"""Enlarged text, spaced text, zoomed pages, and the focus ring as it is drawn; one announcement a card, and no more."""

from __future__ import annotations

from typing import Any

import pytest
from tests.browser.pixels import changed_pixels, picture_of
from tests.browser.visits import Visit, Visits, event, theme_names, theme_settings

pytestmark = pytest.mark.browser
# What is usual: two lines of the card.
WORDS = ["John from New York just bought a ", ["a", "blue porcelain mug"], " ", ["time"]]
HELD = {"displayFor": 600, "manualTrigger": True}
# WCAG 1.4.12, as its users' own style sheets set it, in the shadow tree too.
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
  p { margin-bottom: 2em !important }"""
INJECT = """(css) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);
  document.querySelector('div#someone-purchased').shadowRoot.adoptedStyleSheets.push(sheet); }"""
# Text zoom: every font and every line height twice as large, and no box.
TWICE = """() => { const nodes = someonePurchased().filter((node) => node.closest('section'));
  const sizes = nodes.map((node) => getComputedStyle(node)).map((style) => [style.fontSize, style.lineHeight]);
  nodes.forEach((node, place) => { const [font, line] = sizes[place].map(parseFloat);
    node.style.setProperty('font-size', `${font * 2}px`, 'important');
    if (line) node.style.setProperty('line-height', `${line * 2}px`, 'important'); }); }"""
# Of each text: its name, the box that shows it, and the boxes of its lines.
TEXTS = """() => ['message', 'time', 'stop'].map((part) => {
  const node = someonePurchased().find((each) => each.matches(`[part=${part}]`));
  const range = document.createRange(); range.selectNodeContents(node);
  const lines = [...range.getClientRects()].filter((box) => box.width).map((box) => box.toJSON());
  return [part, node.getBoundingClientRect().toJSON(), lines, node.scrollHeight - node.clientHeight]; })"""


def overlap(a: dict[str, float], b: dict[str, float]) -> bool:
    """Whether two boxes share more than an edge."""
    return a["left"] < b["right"] and b["left"] < a["right"] and a["top"] < b["bottom"] and b["top"] < a["bottom"]


def clipped(v: Visit) -> list[str]:
    """The texts of the card that cannot be read to their end, or lie on another."""
    card, faults = v.box(), []
    texts: list[Any] = v.js(TEXTS)
    close = v.box("[part=close]")
    for part, box, lines, hidden in texts:
        # Less than a third of a line is no words, but the tails of large letters.
        if part == "message" and hidden > 0.3 * (lines[0]["bottom"] - lines[0]["top"]):
            faults.append(f"{part} has {hidden} px more than it shows")
        for line in lines:
            slack = 0.3 * (line["bottom"] - line["top"])
            if line["bottom"] > min(card["bottom"], box["bottom"]) + slack or line["right"] > card["right"] + 1:
                faults.append(f"{part} sticks out")
            if overlap(line, close):
                faults.append(f"{part} lies under the close button")
    by_name = {part: box for part, box, _lines, _hidden in texts}
    for one, other in (("message", "time"), ("message", "stop"), ("time", "stop")):
        if overlap(by_name[one], by_name[other]):
            faults.append(f"{one} and {other} overlap")
    if card["top"] < 0 or card["left"] < 0 or card["right"] > v.js("innerWidth") or card["bottom"] > v.js("innerHeight"):
        faults.append(f"the card leaves the screen: {card}")
    return faults


def dress(v: Visit, theme: str) -> None:
    """Show the event's card anew, in this theme."""
    v.js("(settings) => { fomo.trigger('stop'); fomo.configure(settings); }", theme_settings(theme))
    v.display(1)
    v.box()


def faults_by_theme(v: Visit, change: str, argument: str | None = None) -> dict[str, list[str]]:
    """What cannot be read after `change`, of every theme that has such a thing."""
    found = {}
    for theme in theme_names():
        dress(v, theme)
        v.js(change, argument)
        found[theme] = clipped(v)
    return {theme: faults for theme, faults in found.items() if faults}


@pytest.mark.criterion(84)
@pytest.mark.parametrize("width", [375, pytest.param(1280, marks=pytest.mark.slow)])
def test_spaced_text_is_not_clipped(visit: Visits, width: int) -> None:
    v = visit([event(1, WORDS)], HELD, viewport={"width": width, "height": 700})
    assert faults_by_theme(v, "0") == {}
    assert faults_by_theme(v, INJECT, SPACING) == {}
    assert v.card.evaluate("(card) => getComputedStyle(card.querySelector('p')).letterSpacing") != "normal"


@pytest.mark.criterion(84)
def test_text_of_twice_the_size_is_not_clipped(visit: Visits) -> None:
    v = visit([event(1, WORDS)], HELD)
    assert faults_by_theme(v, TWICE) == {}
    size = v.card.locator("[part=message]").evaluate("(node) => getComputedStyle(node).fontSize")
    assert float(size.removesuffix("px")) >= 24, "it is enlarged"


@pytest.mark.criterion(84)
@pytest.mark.parametrize(("zoom", "width", "height"), [pytest.param(2, 640, 512, marks=pytest.mark.slow), (4, 320, 256)])
def test_a_zoomed_page_clips_nothing(visit: Visits, zoom: int, width: int, height: int) -> None:
    """A window of 1280 × 1024 at 200 % and at 400 %."""
    v = visit([event(1, WORDS)], HELD, viewport={"width": width, "height": height}, device_scale_factor=zoom)
    assert faults_by_theme(v, "0") == {}
    assert v.js("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("scheme", "page"), [("light", "#111"), pytest.param("dark", "#fff", marks=pytest.mark.slow)])
def test_the_ring_is_seen_on_what_has_the_focus(visit: Visits, scheme: str, page: str) -> None:
    """Row 76 by pixels: around link, stop and close, a line's worth of pixels that change by 3:1 and more.

    The page is of the other shade, as no theme can know it: the ring has to stand out all the same.
    """
    size = {"width": 420, "height": 260}
    head = f"<style>body {{ background: {page} }}</style>"
    v = visit([event(1, WORDS)], HELD, head=head, color_scheme=scheme, viewport=size)
    around = {"x": 0, "y": size["height"] // 4, **size, "height": size["height"] * 3 // 4}
    faint = []
    for theme in theme_names():
        dress(v, theme)
        v.page.locator("#buy").focus()
        before = picture_of(v.page, around)
        for part in ("link", "stop", "close"):
            v.page.keyboard.press("Tab")
            box = v.box("" if part == "link" else f"[part={part}]")
            changed = changed_pixels(before, picture_of(v.page, around), 3)
            # Two sides of four at least, two pixels thick: a ring that is cut off or thin does not come to that.
            if changed < box["width"] + box["height"]:
                faint.append((theme, part, changed))
    assert not faint


@pytest.mark.criterion(74)
def test_ten_cards_are_ten_announcements(visit: Visits) -> None:
    """Each card is said once, as it comes; as it goes nothing is said; and nothing else of ours is live."""
    watch = """
      window.said = [];
      addEventListener('DOMContentLoaded', () => new MutationObserver((records) => { for (const record of records) {
        const live = record.target.closest?.('[role=status], [role=alert], [role=log], [aria-live]');
        if (live) for (const node of record.addedNodes) said.push(node.textContent);
      } }).observe(document, {subtree: true, childList: true}));
    """
    events = [event(number) for number in range(10, 0, -1)]
    v = visit(events, {"displayFor": 2, "displayInterval": 1}, clock=True, init=watch)
    v.run(40)
    assert v.shown() == list(range(10, 0, -1))
    assert v.told("hide") == v.shown()
    spoken = v.js("said.filter((text) => text)")
    assert spoken == [f"John from New York just bought a Mug {number} 2 minutes ago" for number in range(10, 0, -1)]
    v.js("fomo.trigger('start', true)")
    v.run(1)
    v.see()
    live = "[role=status], [role=alert], [role=log], [role=timer], [role=marquee], [aria-live]"
    assert v.page.locator(live).count() == 1, "the shadow tree is looked into, too"
