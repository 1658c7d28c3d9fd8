"""How a card stands in the page: corners, sizes, pictures that fail, print; nothing shifts. Texts: test_themes.py."""

from __future__ import annotations

from typing import Any

import pytest
from tests.browser.visits import Visits, event

pytestmark = pytest.mark.browser
SHIFTS = """
  window.shifts = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) shifts += entry.value; })
    .observe({type: 'layout-shift', buffered: true});
"""
PICTURE = "<svg xmlns='http://www.w3.org/2000/svg' width='{0}' height='{0}'><rect width='100%' height='100%'/></svg>"


@pytest.mark.criterion(86)
@pytest.mark.parametrize("size", [(320, 480), (375, 667), (1280, 800)])
def test_each_corner_of_each_screen(visit: Visits, size: tuple[int, int]) -> None:
    """Inside the viewport, 16 px from the two edges of its corner, and nothing to scroll."""
    width, height = size
    v = visit([event(1)], {"displayFor": 600}, viewport={"width": width, "height": height})
    for position in ("bottom_left", "bottom_right", "top_left", "top_right"):
        v.js("(position) => { fomo.settings.position = position }", position)
        v.display(1)
        box = v.box()
        side = box["left"] if "left" in position else width - box["right"]
        edge = box["top"] if "top" in position else height - box["bottom"]
        assert [side, edge] == [16, 16], position
        assert box["left"] >= 0
        assert box["right"] <= width
    assert v.js("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.criterion(87)
@pytest.mark.parametrize("position", ["bottom_left", "bottom_right"])
def test_right_to_left(visit: Visits, position: str) -> None:
    """The corner stays the physical one; the text begins at the right, the close button stands at its end."""
    html = "<!doctype html><html dir=rtl lang=ar><title>x</title>{tag}<p>x</html>"
    settings = {"direction": "rtl", "language": "ar", "position": position, "displayFor": 600}
    v = visit([event(1, ["\u0627\u0634\u062a\u0631\u062a ", ["a", "x"], ["time"]])], settings, html=html)
    v.see()
    box, close, message, picture = (
        v.box(part) for part in ("", "[part=close]", "[part=message]", ".fomo-notification-image-wrapper")
    )
    assert box["left"] == 16 if position == "bottom_left" else box["right"] == 1264
    assert close["left"] - box["left"] < 12
    assert picture["left"] > message["right"]
    start, direction = v.card.locator("[part=message]").evaluate(
        """(node) => { const range = document.createRange(); range.selectNodeContents(node.firstChild);
        const text = range.getBoundingClientRect(), box = node.getBoundingClientRect();
        return [box.right - text.right, getComputedStyle(node).direction]; }"""
    )
    assert start < 2
    assert direction == "rtl"


@pytest.mark.criterion(88)
def test_the_whole_text_is_in_the_links_name(visit: Visits) -> None:
    v = visit([event(1, ["word " * 60, ["a", "end"], " ", ["time"]])])
    assert v.see().locator("a").get_attribute("aria-label") == "word " * 60 + "end 2 minutes ago"


@pytest.mark.criterion(14, 89)
def test_pictures_of_every_kind_shift_nothing_and_delay_little(visit: Visits) -> None:
    """Fine, broken, huge, of no format, refused, and one that never comes: a fixed box, an initial, 1.5 s at most."""

    def picture(route: Any) -> None:
        name = route.request.url.rpartition("/")[2]
        if name == "never.svg":
            return
        if name == "broken.svg":
            route.fulfill(status=404, body="no")
        elif name == "refused.svg":
            route.abort()
        elif name == "words.svg":
            route.fulfill(body="<p>Not found", content_type="text/html")
        else:
            side = 9000 if name == "huge.svg" else 90
            route.fulfill(body=PICTURE.format(side), content_type="image/svg+xml")

    names = ["fine", "broken", "huge", "words", "refused", "never"]
    events = [event(n, image_url=f"https://images.example/{name}.svg") for n, name in enumerate(names, 1)]
    v = visit(events, {"displayFor": 600}, init=SHIFTS, before=lambda page: page.route("**/images.example/*", picture))
    for item, name in zip(events, names, strict=True):
        start = v.js("performance.now() / 1000")
        v.display(item["id"])
        assert v.times("show")[-1] - start < (2.5 if name == "never" else 1.4), name
        box = v.box(".fomo-notification-image-wrapper")
        assert [box["width"], box["height"]] == [64, 64]
        drawn = v.card.locator("img").count()
        assert drawn == (name in ("fine", "huge")), name
        assert v.card.locator(".fomo-notification-image-wrapper").text_content() == ("" if drawn else "J")
    assert v.js("shifts") == 0


@pytest.mark.criterion(91)
def test_print_shows_no_card(visit: Visits) -> None:
    v = visit()
    v.see()
    v.page.emulate_media(media="print")
    assert v.js("getComputedStyle(document.querySelector('div#someone-purchased')).display") == "none"


@pytest.mark.criterion(92)
def test_theming_from_the_page_and_from_pasted_fomo_css(visit: Visits) -> None:
    """`--fomo-*` and `::part` from the page, the hooks of Fomo's own CSS from the settings, under a policy."""
    head = """<style nonce=x>:root { --fomo-accent: rgb(1, 2, 3); --fomo-radius: 3px }
      #someone-purchased::part(message) { letter-spacing: 2px }</style>"""
    css = """#someone-purchased.customized p small { color: rgb(4, 5, 6) } #someone-purchased.customized p a { color: lime }
      .fomo-notification-position-bottom-left.fomo-notification-theme1 { bottom: 40px } #fomo-close { opacity: .5 }
      #someone-purchased.customized img, .fomo-notification-image { border-radius: 50% }"""
    w = visit.live.base_url
    policy = f"default-src 'none'; script-src {w}; connect-src {w}; style-src 'nonce-x'"
    v = visit(settings={"themeCss": css}, head=head, headers={"Content-Security-Policy": policy})
    v.see()
    assert v.box()["bottom"] == 760
    style = v.card.evaluate(
        """(card) => { const of = (selector) => getComputedStyle(card.querySelector(selector)); return [
        getComputedStyle(card).borderRadius, of('p').letterSpacing, of('small').color, of('p a').color,
        of('#fomo-close').opacity, of('.fomo-notification-image-wrapper').color]; }"""
    )
    assert style == ["3px", "2px", "rgb(4, 5, 6)", "rgb(0, 255, 0)", "0.5", "rgb(1, 2, 3)"]
    assert v.js("violations") == []


def test_another_theme_replaces_the_built_in_one(visit: Visits) -> None:
    css = ".fomo-notification { background: rgb(9, 9, 9) }"
    v = visit(settings={"theme": "theme9", "themeCss": css})
    card = v.see()
    assert card.evaluate("(card) => [getComputedStyle(card).backgroundColor, getComputedStyle(card).borderRadius]") == [
        "rgb(9, 9, 9)",
        "0px",
    ]
    assert "fomo-notification-theme9" in (card.get_attribute("class") or "").split()
