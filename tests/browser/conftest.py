"""The fixtures of the browser tests: pages with the widget, and the dashboard with somebody logged in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from tests.browser.dashboard_ground import DashboardServer
from tests.browser.visits import Visits
from tests.engines.start import CHROMIUM_ARGUMENTS, SEEN_AGENT
from tests.set_up_browser import system_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page
    from tests.conftest import Live
    from tests.host_pages import HostPages


@pytest.fixture
def visit(live: Live, host_page: HostPages, new_page: Callable[..., Page], page_errors: list[str]) -> Iterator[Visits]:
    """Opens pages with the widget; the test fails when a page had an uncaught error."""
    yield Visits(live, host_page, new_page)
    assert not page_errors


@pytest.fixture(scope="session")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DashboardServer]:
    """A server with a filled dashboard (dashboard_ground.py); tests leave its first application as it is."""
    with DashboardServer(tmp_path_factory.mktemp("dashboard")).fill() as server:
        yield server


@pytest.fixture
def marketer(dashboard: DashboardServer, browser: Browser) -> Iterator[Callable[..., Page]]:
    """`marketer(**options of a context)`: a page of somebody who is logged in to the filled dashboard."""
    contexts: list[BrowserContext] = []

    def new(**options: Any) -> Page:
        contexts.append(dashboard.log_in(browser, **options))
        return contexts[-1].new_page()

    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def visitors(browser: Browser) -> Iterator[Browser]:
    """A Chromium that does not say that it is headless, which the server would not count.

    By the browser's own argument: what a page sends as it leaves goes out without Playwright's `user_agent`.
    """
    arguments = [*CHROMIUM_ARGUMENTS, f"--user-agent={SEEN_AGENT}"]
    chromium = browser.browser_type.launch(executable_path=system_chromium(), args=arguments)
    yield chromium
    chromium.close()
