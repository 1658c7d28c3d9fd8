"""The fake clock of a page: it stands still, except while a test lets it go on."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Seconds: how long what is shown to visitors stays the same feed.
BUCKET = 40
# Which document this is, and the time in it, in seconds.
_NOW = "[window.born ??= Math.random(), performance.now() / 1000]"


def stop(page: Page) -> None:
    """Give a page that is not open yet a clock that stands still, early in a bucket: none ends unexpectedly."""
    start = time.time() // BUCKET * BUCKET + 1
    page.clock.install(time=start - 60)  # it goes by itself until it is stopped, and only forward
    page.clock.pause_at(start)


def go_on(page: Page, seconds: float, step: float = 0.5, settle: Callable[[], object] | None = None) -> None:
    """Let the clock go on by so much, in steps; `settle` waits, before each, for what was asked of the network.

    Between two calls it stands still, so that a slow engine or a busy machine changes nothing.
    """
    settle = settle or (lambda: page.wait_for_timeout(8))
    (born, start), end = page.evaluate(_NOW), seconds
    while seconds > 0:
        settle()
        page.clock.run_for(round(min(step, seconds) * 1000))
        seconds -= step
    settle()
    # Playwright leaves a step out where it takes the page for one that is just being left.
    there, after = page.evaluate(_NOW)
    if there == born and start + end - after > 0.001:
        go_on(page, start + end - after, step, settle)
