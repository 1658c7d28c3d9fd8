"""The main job with nothing in between: an event goes into the real server and comes out as a card in a real page."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from tests.browser.visits import RECORDER, Visit
from tests.conftest import ClockedServer
from tests.host_pages import HostPages
from tests.live import LiveApp

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def open_page(app: LiveApp, host_page: HostPages, page: Page, clock: bool = False) -> Visit:
    """A page of another site with the application's tag as its owner would paste it."""
    if clock:
        page.clock.install(time=time.time() // 40 * 40 + 1)
    page.add_init_script(RECORDER)
    tag = f'<script src="{app.load_js}" async></script>'
    visit = Visit(page, host_page(f"<!doctype html><title>A shop</title>{tag}<h1>A shop</h1>"))
    page.on("request", lambda request: visit.requests.append(request.url))
    page.goto(visit.url)
    return visit


@pytest.mark.criterion(5, 29)
def test_an_event_that_was_posted_is_shown(
    live_app: LiveApp, host_page: HostPages, page: Page, page_errors: list[str]
) -> None:
    """The server's own settings and feed, hostile words included, untouched on their way."""
    name = "</script>'\"\u2028<b>\\"
    posted = live_app.post_event(first_name=name, city="Berlin", title="Clay pots", url="https://shop.example/pots")
    v = open_page(live_app, host_page, page)
    card = v.see()
    assert name in card.locator("[part=message]").inner_text().replace("\n", "\u2028")
    assert "https://shop.example/pots?utm_source=" in (card.locator("a").first.get_attribute("href") or "")
    assert v.shown() == [posted["id"]]
    assert [path.split("/")[0] for path in v.widget_requests][:2] == ["api", "js-obj"]
    assert v.js("fomo.version").startswith(("0.", "1."))
    assert not page_errors


def test_the_next_event_comes_with_the_next_bucket(
    clocked: ClockedServer, host_page: HostPages, new_page: Callable[..., Page], page_errors: list[str]
) -> None:
    """What is posted while a visitor looks on is the next card, 40 s at most after it."""
    app = clocked.create_application("Shop with a clock")
    first = app.post_event(title="First")
    v = open_page(app, host_page, new_page(), clock=True)
    v.run(3)
    v.see()
    second = app.post_event(title="Second")
    v.js("fomo.settings.loopNotification = true")
    clocked.move_clock(41)
    v.run(52, step=1)
    shown = v.shown()
    assert shown[0] == first["id"]
    assert second["id"] in shown
    assert not page_errors
