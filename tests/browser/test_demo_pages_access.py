"""Every page of the demo: for everybody, on the smallest phone, by day and by night, and without a word in the console."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.browser.axe import load_axe, violations
from tests.browser.visits import CARD

from tidings.assets import demo_site
from tidings.surfaces.demo.behaviours import read_behaviours

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.conftest import DemoServer

NewPage = Callable[..., "Page"]
pytestmark = pytest.mark.browser
PAGES = [f"pages/{page.id}" for page in read_behaviours(demo_site())]
WATCH = """
window.broken = [];
document.addEventListener('securitypolicyviolation', (event) => broken.push([event.effectiveDirective, event.blockedURI]));
"""
OPEN = "(all) => all.forEach((details) => { details.open = true; })"
OVERFLOW = "Math.max(0, document.documentElement.scrollWidth - innerWidth)"


def settle(page: Page) -> None:
    """Wait until the page shows what it shows."""
    if page.url.endswith("/feed"):
        expect(page.locator(".fomo-feed-item").first).to_be_visible()
    elif page.url.endswith("/themes"):
        expect(page.locator("iframe").first.content_frame.locator(CARD)).to_be_visible()
    elif page.url.endswith(("/manual", "/console")):
        expect(page.locator("fieldset").first).to_be_enabled()
        page.get_by_role("button", name="Run fomo.explain()" if page.url.endswith("/console") else "Show the newest").click()
        expect(page.locator("#rows:not([hidden])" if page.url.endswith("/console") else CARD)).to_be_visible()
    else:
        expect(page.locator(CARD)).to_be_visible()


@pytest.mark.parametrize("path", [*PAGES, "pages/themes/receipt"])
def test_axe_finds_nothing_by_day_and_by_night(demo: DemoServer, new_page: NewPage, path: str) -> None:
    page = new_page(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    page.goto(demo.shop_url + path)
    settle(page)
    page.locator("details").evaluate_all(OPEN)
    load_axe(page)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, ["color-contrast"]) == [], "of all rules the one that asks for colours"


@pytest.mark.parametrize("path", PAGES)
def test_the_smallest_phone_has_room_and_nothing_is_broken_or_asked_elsewhere(
    demo: DemoServer, new_page: NewPage, page_errors: list[str], path: str
) -> None:
    page = new_page(viewport={"width": 320, "height": 640}, has_touch=True)
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.add_init_script(WATCH)
    page.goto(demo.shop_url + path)
    settle(page)
    page.locator("details").evaluate_all(OPEN)
    assert page.evaluate(OVERFLOW) == 0
    assert page.evaluate("broken") == []
    assert not [url for url in asked if not url.startswith(f"{demo.base_url}/")]
    assert not [line for line in said if not line.startswith("table:")]
    assert not page_errors


def test_the_keyboard_walks_through_all_pages(demo: DemoServer, page: Page) -> None:
    page.goto(demo.shop_url)
    first = page.get_by_role("navigation", name="What else it can do").get_by_role("link").first
    first.focus()
    page.keyboard.press("Enter")
    for path in PAGES[1:]:
        page.get_by_role("navigation", name="of").get_by_role("link").last.focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/{path.replace('/spa', '/spa/shelf')}")
    page.get_by_role("link", name="Ink & Onion").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(demo.shop_url)


def test_the_frames_of_the_gallery_are_no_stops_of_the_keyboard(demo: DemoServer, page: Page) -> None:
    page.goto(f"{demo.shop_url}pages/themes")
    settle(page)
    page.locator(".turn a").last.focus()
    for _ in range(3):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") in ("BUTTON", "SUMMARY")
