"""The gallery of the demo in a real browser: every theme of themes/, drawn by the widget itself, by day and by night."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from tests.browser.visits import CARD, theme_names

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page
    from tests.conftest import DemoServer

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(demo: DemoServer, new_page: Callable[..., Page]) -> Callable[..., Page]:
    """Opens a page of the demo: `opened("themes", viewport={…})`."""

    def make(name: str, **context: Any) -> Page:
        page = new_page(**({"viewport": {"width": 1280, "height": 800}} | context))
        page.goto(f"{demo.shop_url}pages/{name}")
        return page

    return make


def card(page: Page) -> Locator:
    return page.locator(CARD)


def test_the_gallery_draws_every_theme_by_day_and_by_night(opened: Callable[..., Page]) -> None:
    page = opened("themes", viewport={"width": 1280, "height": 3600})
    frames = page.locator("iframe")
    expect(frames).to_have_count(2 * len(theme_names()))
    grounds: dict[str, list[str]] = {}
    for place in range(frames.count()):
        inner = frames.nth(place).content_frame
        shown = inner.locator(CARD)
        expect(shown).to_be_visible()
        name = str(inner.locator("body").get_attribute("data-theme"))
        expect(shown).to_have_class(re.compile(rf"(^| )fomo-notification-{name}( |$)"))
        grounds.setdefault(name, []).append(
            shown.evaluate("(card) => getComputedStyle(card).backgroundColor + getComputedStyle(card).color")
        )
    assert sorted(grounds) == theme_names()
    assert all(by_day != by_night for by_day, by_night in grounds.values()), grounds


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_specimen_is_by_day_or_by_night_whatever_the_device_says(opened: Callable[..., Page], scheme: str) -> None:
    colours = []
    for device in ("light", "dark"):
        page = opened(f"themes/theme1?scheme={scheme}", color_scheme=device)
        expect(card(page)).to_be_visible()
        colours.append(card(page).evaluate("(card) => getComputedStyle(card).color"))
    assert colours[0] == colours[1]


def test_a_theme_is_picked_for_this_page_and_by_one_call_for_every_page(
    demo: DemoServer, opened: Callable[..., Page]
) -> None:
    page = opened("themes")
    expect(page.locator("#theme2 iframe").first.content_frame.locator(CARD)).to_be_visible()
    expect(card(page)).to_have_count(0)
    tile = page.locator("#glass")
    tile.get_by_role("button", name="Show it here").click()
    expect(card(page)).to_have_class(re.compile("fomo-notification-glass"))
    assert card(page).evaluate("(card) => getComputedStyle(card).backdropFilter") != "none"
    expect(tile.get_by_role("button", name="Show it here")).to_have_attribute("aria-pressed", "true")

    tile.locator("summary").click()
    command = tile.locator("#curl-glass").evaluate("(pre) => [...pre.children].map((line) => line.textContent).join('\\n')")
    made = subprocess.run(["bash", "-c", command], cwd=demo.folder, capture_output=True, text=True, timeout=20)
    try:
        assert json.loads(made.stdout)["theme"] == "glass"
        # A browser that has been here keeps the script for a minute.
        expect(card(opened("automatic"))).to_have_class(re.compile("fomo-notification-glass"))
    finally:
        headers = {"Authorization": f"Token {demo.token}"}
        demo.request("PATCH", "/api/v1/applications/me", headers, {"theme": "theme1"})


def test_the_gallery_has_a_card_before_the_first_sale(demo: DemoServer, page: Page) -> None:
    page.route("**/js-obj/**", lambda route: route.fulfill(json=[]))
    page.goto(f"{demo.shop_url}pages/themes/line")
    expect(card(page)).to_contain_text("The next sale will stand here.")
