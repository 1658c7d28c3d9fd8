"""Accessibility: names, the live region, the keyboard, motion, forced colours. Sizes, contrast, axe: test_themes.py."""

from __future__ import annotations

import pytest
from tests.browser.visits import Visits, event
from tests.engines.reading import read_out

pytestmark = pytest.mark.browser
EVENTS = [event(3), event(2), event(1)]
SPOKEN = "John from New York just bought a Mug 3 2 minutes ago"


@pytest.mark.criterion(73, 74, 85)
def test_what_a_screen_reader_gets(visit: Visits) -> None:
    """An empty status before; one text per card; a named region, link and buttons in the settings' language."""
    labels = {"region": "Neueste Aktivit\u00e4t", "close": "Schlie\u00dfen", "stop": "Nicht mehr anzeigen"}
    settings = {"pageLoad": 2, "displayFor": 2, "displayInterval": 1, "language": "de", "labels": labels}
    v = visit(EVENTS, settings, clock=True)
    v.js(
        """new MutationObserver(() => (window.said ||= []).push(document.querySelector('[role=status]').textContent))
        .observe(document, {subtree: true, childList: true, characterData: true})"""
    )
    v.run(1)
    roles = read_out(v.page)
    assert ("status", "") in roles
    assert ("region", labels["region"]) not in roles
    assert v.js("document.querySelector('div#someone-purchased > [role=status]').textContent") == ""
    v.run(2)
    v.see()
    roles = read_out(v.page)
    at = roles.index(("region", labels["region"]))
    assert [name for role, name in roles[at:] if role in ("link", "button")] == [SPOKEN, labels["stop"], labels["close"]]
    assert not [name for role, name in roles[at:] if role in ("image", "img")]
    assert v.js("document.querySelector('div#someone-purchased').lang") == "de"
    v.run(9)
    said = [text for text in v.js("said") if text]
    assert said[-3:] == [SPOKEN, SPOKEN.replace("3", "2"), SPOKEN.replace("3", "1")]
    assert len(said) == len(set(said)), "nothing is said twice"


@pytest.mark.criterion(75)
def test_the_focus_never_moves_by_itself(visit: Visits) -> None:
    v = visit(EVENTS, {"displayFor": 1, "displayInterval": 1}, clock=True)
    v.page.locator("#field").focus()
    v.run(5)
    assert len(v.shown()) >= 2
    assert v.js("document.activeElement.id") == "field"


@pytest.mark.criterion(76)
def test_tab_order_and_a_visible_ring(visit: Visits) -> None:
    """Link, stop, close; each with an outline of at least 2 px that stands out 3:1 from the card."""
    v = visit(EVENTS, {"displayFor": 600})
    v.see()
    v.box()
    v.page.locator("#buy").focus()
    focused = []
    for _ in range(3):
        v.page.keyboard.press("Tab")
        focused.append(
            v.js(
                """() => { const node = document.activeElement.shadowRoot.activeElement;
                const style = getComputedStyle(node, node.localName === 'a' ? '::after' : null);
                return [node.getAttribute('part'), style.outlineStyle, parseFloat(style.outlineWidth), style.outlineColor,
                  getComputedStyle(node.closest('section')).backgroundColor]; }"""
            )
        )
    assert [row[0] for row in focused] == ["link", "stop", "close"]
    for _, kind, width, colour, paper in focused:
        assert kind in ("solid", "auto")
        assert width >= 2
        assert contrast(colour, paper) >= 3


@pytest.mark.criterion(77)
def test_escape_closes_only_with_the_focus_inside(visit: Visits) -> None:
    """It does not reach the page's own handlers then, and the focus returns to where it was."""
    init = "window.escapes = 0; document.addEventListener('keydown', (press) => { escapes += press.key === 'Escape'; });"
    v = visit(EVENTS, {"displayFor": 600}, init=init)
    v.see()
    v.page.locator("#buy").focus()
    v.page.keyboard.press("Escape")
    assert v.js("escapes") == 1
    assert v.card.count() == 1
    v.page.keyboard.press("Tab")
    v.page.keyboard.press("Tab")
    v.page.keyboard.press("Escape")
    assert v.told("close") == [3]
    assert v.js("[escapes, fomo.closed, document.activeElement.id]") == [1, True, "buy"]
    v.page.locator("[part=card]").wait_for(state="detached")
    assert v.js("document.activeElement.id") == "buy"


@pytest.mark.criterion(80)
def test_reduced_motion(visit: Visits) -> None:
    v = visit(EVENTS, {"displayFor": 1}, reduced_motion="reduce")
    v.see()
    assert v.card.evaluate("(card) => getComputedStyle(card).animationName") == "none"
    v.page.locator("[part=card]").wait_for(state="detached", timeout=15_000)


@pytest.mark.criterion(81)
def test_a_card_leaves_without_any_animation(visit: Visits) -> None:
    """A page that switches animations off from the inside too (its own CSS, or the engine) loses no removal."""
    off = "*, *::before, *::after { animation: none !important; transition: none !important }"
    v = visit(EVENTS, {"displayFor": 1, "themeCss": off}, head=f"<style>{off}</style>")
    v.see()
    v.page.locator("[part=card]").wait_for(state="detached", timeout=15_000)


@pytest.mark.criterion(82)
def test_forced_colours_keep_the_border_the_ring_and_the_cross(visit: Visits) -> None:
    v = visit(EVENTS, {"displayFor": 600}, forced_colors="active")
    v.see()
    v.card.locator("#fomo-close").focus()
    border, ring, cross, paper = v.card.evaluate(
        """(card) => { const close = card.querySelector('#fomo-close'); return [getComputedStyle(card).borderTopColor,
        getComputedStyle(close).outlineColor, getComputedStyle(close, '::before').borderTopColor,
        getComputedStyle(card).backgroundColor]; }"""
    )
    for colour in (border, ring, cross):
        assert contrast(colour, paper) >= 3


def contrast(a: str, b: str) -> float:
    """The WCAG contrast of two opaque `rgb(…)` colours."""

    def light(colour: str) -> float:
        parts = [float(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(a), light(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)
