"""Where nothing is counted: a visitor asked for privacy, or something blocks the counts; and no cookie ever goes along."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from tests.browser.counting import count
from tests.browser.visits import Visits, event

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
QUICK: dict[str, Any] = {"displayFor": 2, "displayInterval": 0.25}
MANY = [event(number) for number in range(12, 0, -1)]


SIGNALS = ["globalPrivacyControl', {value: true}", "doNotTrack', {value: '1'}"]


@pytest.mark.criterion(47)
@pytest.mark.parametrize("signal", SIGNALS, ids=["GPC", "DNT"])
def test_with_privacy_asked_for_nothing_is_counted(visit: Visits, signal: str) -> None:
    """Shown, hovered, clicked, closed, left: no upload at all, and the next visit neither."""
    counted = count(visit, [event(2), event(1)], displayFor=600)
    stay = "addEventListener('click', (press) => press.preventDefault());"
    v = visit(counted.events, html=counted.html, init=f"Object.defineProperty(navigator, '{signal}); {stay}")
    v.see()
    v.quiet(1.3)
    box = v.box()
    v.page.mouse.click(box["x"] + 60, box["y"] + 30)
    v.card.locator("#fomo-close").click()
    assert v.told("click", "close") == [2, 2]
    v.hide_tab(True)
    v.page.reload()
    v.see()
    v.quiet(1.3)
    assert counted.uploads == []
    assert v.js("[localStorage.length, document.cookie]") == [0, ""]


PATCHED = """
  const real = fetch;
  window.tried = 0;
  window.fetch = (address, ...rest) => {
    if (!String(address).endsWith('/track')) return real(address, ...rest);
    tried++;
    BLOCK
  };
"""


@pytest.mark.parametrize(
    "blocked",
    [
        "throw new Error('blocked');",
        "return undefined;",
        "return Promise.reject(new TypeError());",
        "return new Promise(() => {});",
    ],
    ids=["thrown", "nothing", "rejected", "never"],
)
def test_counts_that_are_blocked_by_a_patched_fetch(visit: Visits, blocked: str) -> None:
    """Content blockers do it: cards come as ever, no error, no storm of tries, not a word in the console."""
    v = visit(MANY, QUICK, init=PATCHED.replace("BLOCK", blocked), clock=True)
    v.run(20)
    assert len(v.shown()) >= 8
    assert 1 <= v.js("tried") <= 3
    assert not [line for line in v.console if "fomo" in line]


@pytest.mark.parametrize("fault", ["aborted", "500", "held"])
def test_counts_that_the_network_refuses(visit: Visits, fault: str) -> None:
    """The same where the request itself is blocked, answered with an error, or never answered."""
    tried: list[str] = []

    def refuse(route: Any) -> None:
        tried.append(route.request.url)
        if fault == "aborted":
            route.abort("blockedbyclient")
        elif fault == "500":
            route.fulfill(status=500, body="no")

    def routes(page: Page) -> None:
        page.route("**/track", refuse)

    v = visit(MANY, QUICK, clock=True, before=routes)
    v.run(20)
    assert len(v.shown()) >= 8
    shown = v.times("show")
    gaps = [later - earlier for earlier, later in pairwise(shown)]
    assert max(gaps) <= 3, "no card waits for an upload"
    assert 1 <= len(tried) <= 3


def test_on_a_page_of_the_widgets_own_site_no_cookie_goes_along(visit: Visits) -> None:
    """The page and the widget on one origin with a cookie: the feed and the counts do without it."""
    counted = count(visit, [event(1)], displayFor=600, loopNotification=True)
    pages = visit.host_page
    pages(counted.html, path="/own.html")
    v = visit(html="<!doctype html><title>x</title>")
    v.page.unroute_all()
    v.page.goto(f"{counted.url}/own.html")
    v.js("void (document.cookie = 'session=secret; path=/')")
    pages.requests.clear()
    v.page.reload()
    v.see()
    counted.arrives(("display", 1))
    sent = {seen.path.rpartition("/")[2].partition(".")[2] or "track": seen.headers for seen in pages.requests}
    assert "cookie" in sent["html"], "the cookie is there"
    assert "cookie" not in sent["json"]
    assert "cookie" not in sent["track"]
    assert v.js("document.cookie") == "session=secret"
