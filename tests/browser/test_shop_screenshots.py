"""Makes the README's pictures of the demo shop: once, and again when `make screenshots` (SCREENSHOTS=1) asks for it."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.test_shop import ARRIVAL, buy, card
from tests.commands import ROOT
from tests.conftest import DemoServer

PICTURES = ROOT / "demo_site" / "screenshots"
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def fresh_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """A demo of its own, whose feed no other test has written in; on the README's port where that is free."""
    with socket.socket() as probe:
        free = probe.connect_ex(("127.0.0.1", 8000)) != 0
    with DemoServer(tmp_path_factory.mktemp("pictures"), port=8000 if free else 0) as server:
        yield server


def wanted(name: str) -> Path:
    path = PICTURES / name
    asked = os.environ.get("SCREENSHOTS") == "1"
    if path.exists() and not asked:
        pytest.skip(f"{path.relative_to(ROOT)} is there; `make screenshots` makes it anew")
    path.parent.mkdir(exist_ok=True)
    return path


@pytest.mark.timeout(150)
def test_the_shop_after_a_sale(request: pytest.FixtureRequest, new_page: Callable[..., Page]) -> None:
    path = wanted("shop.png")
    demo: DemoServer = request.getfixturevalue("fresh_demo")
    page = new_page(viewport={"width": 1280, "height": 880}, color_scheme="light", locale="en-GB", device_scale_factor=2)
    page.goto(demo.shop_url)
    buy(page, "Sweet pea seeds", first_name="Ada", city="Lisbon", country="Portugal")
    expect(card(page, "Ada from Lisbon")).to_be_visible(timeout=ARRIVAL)
    expect(page.locator("[data-step=corner]")).to_contain_text("Shown at")
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(400)  # the card's way in
    page.screenshot(path=path)


def test_the_shop_on_a_phone_at_night(request: pytest.FixtureRequest, new_page: Callable[..., Page]) -> None:
    path = wanted("shop-phone-dark.png")
    demo: DemoServer = request.getfixturevalue("fresh_demo")
    page = new_page(
        viewport={"width": 390, "height": 844},
        color_scheme="dark",
        locale="en-GB",
        device_scale_factor=2,
        has_touch=True,
        is_mobile=True,
    )
    page.goto(demo.shop_url)
    expect(card(page)).to_be_visible()
    page.wait_for_timeout(400)
    page.screenshot(path=path)
