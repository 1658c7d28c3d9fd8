"""Takes pictures of the demo's pages: of the gallery for the documents, of every page for whoever changes them.

The gallery's two are made once, and again with SCREENSHOTS=1; the others only then, into var/screenshots, to be looked at.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.browser.test_demo_pages_access import PAGES, settle
from tests.browser.test_shop_screenshots import wanted
from tests.browser.visits import CARD
from tests.commands import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.conftest import DemoServer

NewPage = Callable[..., "Page"]
LOOKED_AT = ROOT / "var" / "screenshots"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1280, "height": 900}}
pytestmark = pytest.mark.browser


def draw_all(page: Page) -> None:
    """Scroll to every frame of the gallery, so that each has its card."""
    for frame in page.locator("iframe").all():
        frame.scroll_into_view_if_needed()
        expect(frame.content_frame.locator(CARD)).to_be_visible()
    page.evaluate("scrollTo(0, 0)")


@pytest.mark.parametrize(("name", "device", "scheme"), [("themes", DESK, "light"), ("themes-phone-dark", PHONE, "dark")])
def test_the_gallery(
    request: pytest.FixtureRequest, new_page: NewPage, name: str, device: dict[str, object], scheme: str
) -> None:
    path = wanted(f"{name}.png")
    demo: DemoServer = request.getfixturevalue("demo")
    page = new_page(**device, color_scheme=scheme, locale="en-GB")
    page.goto(f"{demo.shop_url}pages/themes")
    draw_all(page)
    page.wait_for_timeout(400)  # the last card's way in
    box = page.locator(".gallery").bounding_box()
    assert box
    edge = 16
    clip = {"x": box["x"] - edge, "y": box["y"] - edge, "width": box["width"] + 2 * edge, "height": box["height"] + 2 * edge}
    page.screenshot(path=path, full_page=True, clip=clip)


@pytest.mark.skipif(os.environ.get("SCREENSHOTS") != "1", reason="`make screenshots` makes them")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [PHONE, DESK], ids=["390", "1280"])
@pytest.mark.parametrize("path", ["", *PAGES])
def test_every_page(demo: DemoServer, new_page: NewPage, path: str, device: dict[str, object], scheme: str) -> None:
    page = new_page(**device, color_scheme=scheme, locale="en-GB")
    page.goto(demo.shop_url + path)
    settle(page)
    if path.endswith("themes"):
        draw_all(page)
    page.wait_for_timeout(400)
    LOOKED_AT.mkdir(parents=True, exist_ok=True)
    name = path.rpartition("/")[2] or "shop"
    page.screenshot(path=LOOKED_AT / f"{name}-{page.evaluate('innerWidth')}-{scheme}.png", full_page=True)
