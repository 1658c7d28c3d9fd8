"""Makes the pictures of the dashboard: the README's three once, and with `make screenshots` (SCREENSHOTS=1) every page anew,
at 390 and 1280 px, in light and in dark, into docs/dashboard/ and, all but the README's, into var/."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.browser.axe import still
from tests.browser.dashboard_pages import PAGES, DashboardPage
from tests.commands import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from tests.browser.dashboard_ground import DashboardServer

pytestmark = pytest.mark.browser
README_PICTURES = ROOT / "docs" / "dashboard"
EVERY_PICTURE = ROOT / "var" / "screenshots" / "dashboard"
# Of the README: the page, its width, the scheme.
OF_README = (("overview", 1280, "light"), ("events", 390, "dark"), ("design", 1280, "light"))
SIZES = {390: 844, 1280: 900}
ASKED = os.environ.get("SCREENSHOTS") == "1"


def picture(page: Page, address: str, path: Path, *, whole: bool) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    still(page)
    page.wait_for_timeout(1_200)  # a preview's card comes in
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, full_page=whole)


def options(width: int, scheme: str) -> dict[str, object]:
    return {"viewport": {"width": width, "height": SIZES[width]}, "color_scheme": scheme, "locale": "en-GB"}


@pytest.mark.parametrize(("name", "width", "scheme"), OF_README)
def test_screenshots_of_the_readme(request: pytest.FixtureRequest, name: str, width: int, scheme: str) -> None:
    path = README_PICTURES / f"{name}.png"
    if path.exists() and not ASKED:
        pytest.skip(f"{path.relative_to(ROOT)} is there; `make screenshots` makes it anew")
    dashboard: DashboardServer = request.getfixturevalue("dashboard")
    marketer: Callable[..., Page] = request.getfixturevalue("marketer")
    page = marketer(device_scale_factor=2 if width == 390 else 1.5, **options(width, scheme))
    one = next(page for page in PAGES if page.name == name)
    picture(page, dashboard.address(one), path, whole=False)


@pytest.mark.skipif(not ASKED, reason="`make screenshots` makes them")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", SIZES)
def test_screenshots_of_every_page(dashboard: DashboardServer, browser: Browser, width: int, scheme: str) -> None:
    for logged_in in (True, False):
        context = (
            dashboard.log_in(browser, **options(width, scheme))
            if logged_in
            else browser.new_context(**options(width, scheme))
        )  # type: ignore[arg-type]
        page = context.new_page()
        some: list[DashboardPage] = [one for one in PAGES if one.log_in == logged_in]
        for one in some:
            picture(page, dashboard.address(one), EVERY_PICTURE / f"{one.name}-{width}-{scheme}.png", whole=True)
        context.close()
