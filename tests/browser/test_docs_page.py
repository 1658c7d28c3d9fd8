"""The page at /docs in a real browser: nothing from elsewhere, nothing forbidden, at every width, copied with a click."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from tests.browser.axe import load_axe, violations
from tests.conftest import Live

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_it_fits_and_loads_nothing_from_elsewhere(
    live: Live, new_page: Callable[..., Page], page_errors: list[str], width: int, scheme: str
) -> None:
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{live.base_url}/docs")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert all(url.startswith(live.base_url) for url in asked), asked
    assert (said, page_errors) == ([], [])
    assert page.locator(".contents ul").first.is_visible() == (width == 1280)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.slow)])
def test_axe_finds_nothing(live: Live, new_page: Callable[..., Page], width: int, scheme: str) -> None:
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page.goto(f"{live.base_url}/docs")
    load_axe(page)
    assert violations(page) == []


def test_a_command_is_copied_with_a_click(live: Live, new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 1280, "height": 900}, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{live.base_url}/docs#createEvent")
    call = page.locator("#createEvent figure").first
    call.get_by_role("button", name="Copy").click()
    assert call.get_by_role("button", name="Copied").is_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith('curl "$TIDINGS/applications/me/events"')
    assert copied == call.locator("pre").inner_text()


def test_contents_on_a_narrow_screen_open_and_close(live: Live, new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 390, "height": 900})
    page.goto(f"{live.base_url}/docs")
    page.get_by_text("Contents", exact=True).click()
    page.get_by_role("link", name="Delete an event", exact=True).first.click()
    assert page.url.endswith("#deleteEvent")
    assert not page.locator(".contents ul").first.is_visible()
    assert page.locator("#deleteEvent h3").is_visible()


def test_the_page_is_whole_without_scripts(live: Live, new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 1280, "height": 900}, java_script_enabled=False)
    page.goto(f"{live.base_url}/docs")
    assert page.get_by_role("heading", name="Create an event", exact=True).is_visible()
    assert page.locator("button.copy:visible").count() == 0
    page.get_by_text("Contents", exact=True).click()
    assert page.get_by_role("link", name="Create an event", exact=True).first.is_visible()
