"""Every folder of themes/, and the theme that its README starts with: words, corners, directions, fingers, colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.browser.axe import AXE
from tests.browser.theme_drawing import ARABIC, HELD, LONG, SHORT, TEXT_EVENTS, USUAL, draw, probe, resize
from tests.browser.visits import Visit, Visits, event

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CORNERS = ("bottom_left", "bottom_right", "top_left", "top_right")
PHONE = (375, 667)


@pytest.mark.criterion(86, 88)
@pytest.mark.parametrize("theme", HELD)
def test_any_text_fits_on_any_screen(visit: Visits, theme: str) -> None:
    """Long words, emoji, CJK, stacked marks, line breaks, on three screens; and no word of ours where a field is empty."""
    v = draw(visit, theme, TEXT_EVENTS)
    for item in TEXT_EVENTS:
        v.display(item["id"])
        for width, height in ((1280, 800), PHONE, (320, 480)):
            resize(v, width, height)
            assert probe(v, "faults", 24) == [], (item["parts"], width)
            if (width, height) == PHONE:
                assert share_of_the_screen(v) <= 1 / 4
        text = v.card.inner_text() + (v.card.locator("a").first.get_attribute("aria-label") or "" if item["link"] else "")
        assert not [word for word in ("undefined", "null", "{{", "NaN", "[object") if word in text]


def share_of_the_screen(v: Visit) -> float:
    box = v.box()
    return box["width"] * box["height"] / (PHONE[0] * PHONE[1])


def serve_tall_picture(page: Page) -> None:
    svg = "<svg xmlns='http://www.w3.org/2000/svg' width='90' height='900'><rect width='100%' height='100%'/></svg>"
    headers = {"Content-Type": "image/svg+xml"}
    page.route("**/images.example/*", lambda route: route.fulfill(body=svg, headers=headers))


@pytest.mark.criterion(86, 87)
@pytest.mark.parametrize("theme", HELD)
def test_corners_directions_and_text_twice_as_large(visit: Visits, theme: str) -> None:
    """16 px from the edges of its corner; from right to left as well; with and without the cross; a picture of any shape."""
    tall = event(2, ARABIC, image_url="https://images.example/tall.svg")
    v = draw(visit, theme, [event(1, LONG, first_name="Maximiliane"), tall], before=serve_tall_picture)
    for position in CORNERS:
        rtl = position.endswith("left")
        v.js(
            "([position, direction, closable]) => Object.assign(fomo.settings, {position, direction, closable})",
            [position, "rtl" if rtl else "ltr", position.startswith("bottom")],
        )
        v.display(2 if rtl else 1)
        box = v.box()
        side = box["left"] if position.endswith("left") else 1280 - box["right"]
        edge = box["top"] if position.startswith("top") else 800 - box["bottom"]
        assert [side, edge] == [16, 16], position
        assert probe(v, "faults", 24) == [], position
        if rtl:
            assert box["height"] <= 170, "the picture does not stretch the card"
            assert v.card.locator("img").count() == 1
            direction, begins = probe(v, "reading")
            assert direction == "rtl"
            assert begins < 2
        if position == "bottom_left":
            close = v.box("#fomo-close")
            assert close["left"] + close["right"] < box["left"] + box["right"], "the cross stands where lines end"
    probe(v, "enlarge")
    for width in (1280, 375):
        resize(v, width, 800)
        assert probe(v, "faults", 24, 7) == [], "text twice as large"


@pytest.mark.criterion(79)
@pytest.mark.parametrize("theme", HELD)
def test_fingers_find_every_button(visit: Visits, theme: str) -> None:
    events = [event(1, LONG), event(2, ARABIC), event(3, SHORT, time_ago="about 2 hours ago")]
    v = draw(visit, theme, events, viewport={"width": 375, "height": 667}, has_touch=True, is_mobile=True)
    for number, direction in ((1, "ltr"), (2, "rtl"), (3, "ltr"), (3, "rtl")):
        v.js("(direction) => { fomo.settings.direction = direction }", direction)
        v.display(number)
        v.box()  # it has arrived
        for width in (320, 375):
            resize(v, width, 667)
            assert probe(v, "faults", 44) == [], (number, direction, width)
        assert share_of_the_screen(v) <= 1 / 4


@pytest.mark.criterion(72, 83)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("theme", HELD)
def test_colours_as_computed_and_axe(visit: Visits, theme: str, scheme: str) -> None:
    """Text 4.5:1 and the cross 3:1 over a white and a black page, from computed colours; axe finds nothing."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm ci in widget/")
    v = draw(visit, theme, [event(1, USUAL, first_name="Maren")], color_scheme=scheme)
    v.display(1)
    v.box()
    assert probe(v, "faint") == []
    v.js(AXE.read_text() + "; 0")
    found = v.js(
        """async (rules) => (await axe.run(document, {runOnly: rules})).violations
        .map((rule) => [rule.id, rule.nodes.map((node) => node.target)])""",
        RULES,
    )
    assert found == []
    seen = v.js("axe.run('#someone-purchased').then((result) => result.passes.map((rule) => rule.id))")
    assert {"aria-allowed-attr", "button-name", "link-name"} <= set(seen), "axe looked inside"
