"""The log of a webhook in a browser: the result of a test appears by itself, and what is being read stays open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from tests.live import LiveServer
from tests.surfaces.dashboard.ground import Dashboard
from tests.webhook_ground import LOOPBACK, Receiver

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def allowing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server whose operator lets webhooks call this machine."""
    environment = {"TIDINGS_OUTBOUND_ALLOWED_NETWORKS": LOOPBACK}
    with LiveServer(tmp_path_factory.mktemp("allowing"), env=environment) as server:
        yield server


def test_the_result_appears_by_itself_and_stays_open(
    allowing: LiveServer, new_page: Callable[..., Page], page_errors: list[str]
) -> None:
    dashboard = Dashboard(allowing, allowing.create_application())
    editor = dashboard.as_role("editor")
    page = new_page()
    [(name, value)] = editor.cookies.items()
    page.context.add_cookies([{"name": name, "value": value, "url": allowing.base_url}])

    with closing(Receiver(lambda path: 500 if path == "/first" else None)) as taking:
        page.goto(f"{allowing.base_url}{dashboard.base}/webhooks/new")
        page.get_by_label("Address").fill(f"{taking.url}/second")
        page.get_by_role("button", name="Add it").click()
        page.get_by_role("link", name="I have it").click()
        page.get_by_role("button", name="Test now").click()
        page.locator(".delivery").filter(has_text="being sent").wait_for()
        page.locator(".delivery summary").click()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.evaluate("() => new Promise((done) => setTimeout(done, 4500))")
        assert not asked, "nothing is exchanged under the reader"
        page.locator(".delivery summary").click()
        with page.expect_response(lambda response: "/webhooks/" in response.url):
            pass
        summary = page.locator(".delivery summary")
        summary.evaluate("(one) => one.focus()")
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        assert summary.evaluate("(one) => one.matches(':focus-visible')")
        asked.clear()
        page.evaluate("() => new Promise((done) => setTimeout(done, 4500))")
        assert not asked, "nor under the keyboard"
        assert summary.evaluate("(one) => one === document.activeElement")
        page.locator("h1").click()
        taking.ending.set()  # the receiver hangs up without an answer
        page.locator(".delivery").filter(has_text="failed").wait_for()
    assert not page_errors
