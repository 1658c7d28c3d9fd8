"""Accessibility: names, the live region, the keyboard, target sizes, motion, contrast, and what axe finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.browser.visits import Visit, Visits, event, theme_names, theme_settings

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "widget" / "node_modules" / "axe-core" / "axe.min.js"
EVENTS = [event(3), event(2), event(1)]
SPOKEN = "John from New York just bought a Mug 3 2 minutes ago"


@pytest.mark.criterion(72)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("theme", theme_names())
def test_axe_finds_nothing(visit: Visits, theme: str, scheme: str) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci in widget/")
    v = visit([event(1, first_name="Anna")], theme_settings(theme), color_scheme=scheme)
    v.see()
    v.box()
    v.js(AXE.read_text() + "; 0")
    found = v.js(
        """async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
          'best-practice']})).violations.map((rule) => [rule.id, rule.nodes.map((node) => node.target)])"""
    )
    assert found == []
    seen = v.js("axe.run('#someone-purchased').then((result) => result.passes.map((rule) => rule.id))")
    assert {"aria-allowed-attr", "button-name", "link-name"} <= set(seen), "axe looked inside"


def tree(v: Visit) -> list[tuple[str, str]]:
    """Roles and names of the accessibility tree, in reading order."""
    session = v.page.context.new_cdp_session(v.page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    by_id = {node["nodeId"]: node for node in nodes}

    def walk(node: dict[str, Any]) -> list[tuple[str, str]]:
        own = [] if node.get("ignored") else [(node["role"]["value"], node.get("name", {}).get("value", ""))]
        return own + [row for child in node.get("childIds", []) if child in by_id for row in walk(by_id[child])]

    return walk(nodes[0])


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
    roles = tree(v)
    assert ("status", "") in roles
    assert ("region", labels["region"]) not in roles
    assert v.js("document.querySelector('div#someone-purchased > [role=status]').textContent") == ""
    v.run(2)
    v.see()
    roles = tree(v)
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


@pytest.mark.criterion(79)
@pytest.mark.parametrize(("touch", "least"), [(False, 24), (True, 44)])
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("theme", theme_names())
def test_targets_are_large_and_cover_no_text(visit: Visits, theme: str, touch: bool, least: int, width: int) -> None:
    words = ["John from New York just got a new Corvette at our ", ["a", "San Francisco Dealership on the bay"], ["time"]]
    viewport = {"width": width, "height": 700}
    v = visit([event(1, words)], theme_settings(theme), has_touch=touch, is_mobile=touch, viewport=viewport)
    v.see()
    boxes = {part: v.box(f"[part={part}]") for part in ("close", "stop", "message", "time")}
    for part in ("close", "stop"):
        assert boxes[part]["width"] >= least
        assert boxes[part]["height"] >= least
    lines = v.card.locator("[part=message]").evaluate(
        """(node) => { const range = document.createRange(); range.selectNodeContents(node);
        const box = node.getBoundingClientRect();
        return [...range.getClientRects()].filter((r) => r.bottom <= box.bottom + 1).map((rect) => rect.toJSON()); }"""
    )
    for text in [*lines, boxes["time"]]:
        assert not overlap(text, boxes["close"])
    assert not overlap(boxes["time"], boxes["stop"])
    assert not overlap(boxes["message"], boxes["stop"])


def overlap(a: dict[str, float], b: dict[str, float]) -> bool:
    """Whether two boxes share more than an edge."""
    return a["left"] < b["right"] and b["left"] < a["right"] and a["top"] < b["bottom"] and b["top"] < a["bottom"]


@pytest.mark.criterion(80)
def test_reduced_motion(visit: Visits) -> None:
    v = visit(EVENTS, {"displayFor": 1}, reduced_motion="reduce")
    v.see()
    assert v.card.evaluate("(card) => getComputedStyle(card).animationName") == "none"
    v.page.locator("[part=card]").wait_for(state="detached", timeout=3000)


@pytest.mark.criterion(81)
def test_a_card_leaves_without_any_animation(visit: Visits) -> None:
    """A page that switches animations off from the inside too (its own CSS, or the engine) loses no removal."""
    off = "*, *::before, *::after { animation: none !important; transition: none !important }"
    v = visit(EVENTS, {"displayFor": 1, "themeCss": off}, head=f"<style>{off}</style>")
    v.see()
    v.page.locator("[part=card]").wait_for(state="detached", timeout=3000)


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


@pytest.mark.criterion(83)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("theme", theme_names())
def test_contrast(visit: Visits, theme: str, scheme: str) -> None:
    """Text and controls at least 4.5:1, on the card and on the picture's box."""
    v = visit([event(1, first_name="Anna")], theme_settings(theme), color_scheme=scheme)
    v.see()
    rows: list[Any] = v.card.evaluate(
        """(card) => { const paper = getComputedStyle(card).backgroundColor;
        const of = (selector, over) => { const style = getComputedStyle(card.querySelector(selector));
          return [selector, style.color, over || paper]; };
        const box = card.querySelector('.fomo-notification-image-wrapper');
        return [of('[part=message]'), of('[part=link]'), of('[part=time]'), of('[part=stop]'), of('[part=close]'),
          of('.fomo-notification-image-wrapper', getComputedStyle(box).backgroundColor)]; }"""
    )
    low = [(name, round(contrast(ink, paper), 2)) for name, ink, paper in rows if contrast(ink, paper) < 4.5]
    assert not low


def contrast(a: str, b: str) -> float:
    """The WCAG contrast of two opaque `rgb(…)` colours."""

    def light(colour: str) -> float:
        parts = [float(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(a), light(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)
