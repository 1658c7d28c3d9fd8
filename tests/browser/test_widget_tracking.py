"""What the widget counts, and how it tells the server."""

from __future__ import annotations

import re
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from tests.browser.counting import count
from tests.browser.visits import CARD, Visits, event
from tests.commands import wait_until
from tests.host_pages import HostPages
from tests.live import LiveApp

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
QUICK: dict[str, Any] = {"displayFor": 2, "displayInterval": 0.25}
MANY = [event(number) for number in range(12, 0, -1)]


@pytest.mark.criterion(49)
def test_what_an_upload_is(visit: Visits) -> None:
    """A POST of plain text, which needs no preflight; no cookie, no referrer's path; a nonce of this page view."""
    counted = count(visit, [event(7)], displayFor=600)
    v = visit(counted.events, html=counted.html)
    v.see()
    counted.arrives(("display", 7))
    (upload,) = counted.uploads
    assert upload.method == "POST"
    assert upload.headers["content-type"].startswith("text/plain")
    assert "cookie" not in upload.headers
    assert "authorization" not in upload.headers
    (body,) = counted.bodies
    assert set(body) == {"v", "n", "events"}
    assert body["v"] == 1
    assert re.fullmatch(r"[\w-]{8,32}", body["n"])
    assert abs(body["events"][0]["t"] - time.time()) < 30
    v.page.reload()
    v.js("fomo.trigger('start', true)")
    counted.arrives(("display", 7), ("display", 7))
    assert counted.bodies[0]["n"] != counted.bodies[1]["n"], "another page view, and nothing that knows the visitor again"
    assert [seen.method for seen in counted.uploads] == ["POST", "POST"]


@pytest.mark.criterion(49)
def test_one_upload_in_ten_seconds_and_one_at_the_end(visit: Visits) -> None:
    """A dozen cards in half a minute: each is counted once, in few uploads; hiding the tab sends what waits."""
    counted = count(visit, MANY, **QUICK)
    v = visit(counted.events, html=counted.html, clock=True)
    v.run(20)
    shown = v.shown()
    assert len(shown) >= 8
    assert 1 <= len(counted.uploads) <= 3
    v.hide_tab(True)
    v.settle()
    stood = {number for number in shown if number in v.told("hide")}
    visit.wait_until("the counts", lambda: {number for _, number in counted.deeds} >= stood)
    sent_at = [max(deed["t"] for deed in body["events"]) for body in counted.bodies[:-1]]
    assert all(later - earlier >= 10 for earlier, later in pairwise(sent_at))
    assert len({body["n"] for body in counted.bodies}) == 1
    v.hide_tab(False)
    v.hide_tab(True)
    v.quiet(0.3)
    kinds = [deed for deed in counted.deeds if deed[0] == "display"]
    assert len(kinds) == len(set(kinds)), "nothing is sent twice"


@pytest.mark.criterion(49)
def test_a_hover_once_a_card_and_a_close(visit: Visits) -> None:
    counted = count(visit, [event(2), event(1)], displayFor=600)
    v = visit(counted.events, html=counted.html)
    v.see()
    counted.arrives(("display", 2))
    box = v.box()
    for _ in range(3):
        v.page.mouse.move(box["x"] + 60, box["y"] + 30)
        v.quiet(0.1)
        v.page.mouse.move(900, 100)
        v.quiet(0.1)
    v.card.locator("#fomo-close").click()
    v.quiet(0.2)
    v.hide_tab(True)
    counted.arrives(("display", 2), ("hover", 2), ("close", 2))


@pytest.mark.criterion(50)
@pytest.mark.parametrize("by", ["pointer", "keyboard"])
def test_a_click_that_leaves_the_page_is_counted_once(visit: Visits, by: str) -> None:
    """The browser goes where the link points, undelayed, and the server has exactly one click."""
    target = visit.host_page("<!doctype html><title>Mug</title><h1>A mug</h1>")
    counted = count(visit, [event(3, link=target, url=target)], displayFor=600)
    init = "addEventListener('click', (press) => { sessionStorage.prevented = press.defaultPrevented; });"
    v = visit(counted.events, html=counted.html, init=init)
    v.see()
    counted.arrives(("display", 3))
    if by == "pointer":
        box = v.box()
        v.page.mouse.click(box["x"] + 60, box["y"] + 30)
    else:
        v.card.locator("[part=link]").first.focus()
        v.page.keyboard.press("Enter")
    v.page.wait_for_url(target)
    assert v.js("sessionStorage.prevented") == "false"
    v.quiet(0.5)
    assert [deed for deed in counted.deeds if deed[0] == "click"] == [("click", 3)]
    assert {seen.method for seen in counted.uploads} == {"POST"}


@pytest.mark.criterion(50)
def test_a_click_that_the_page_cancels_goes_nowhere(visit: Visits) -> None:
    """`fomo:click` can be cancelled; it was a click all the same."""
    counted = count(visit, [event(3)], displayFor=600)
    v = visit(
        counted.events, html=counted.html, init="document.addEventListener('fomo:click', (event) => event.preventDefault());"
    )
    v.see()
    box = v.box()
    v.page.mouse.click(box["x"] + 60, box["y"] + 30)
    v.quiet(0.3)
    assert v.page.url == v.url
    v.hide_tab(True)
    v.quiet(0.5)
    assert [deed for deed in counted.deeds if deed[0] == "click"] == [("click", 3)]


# In the page's own timers, which keep their order however busy the machine is.
GLIMPSES = """
  window.hide = (on) => {
    if (WHAT === 'dialog') document.querySelector('dialog')[on ? 'showModal' : 'close']();
    else {
      Object.defineProperty(document, 'hidden', {get: () => on, configurable: true});
      document.dispatchEvent(new Event('visibilitychange'));
    }
  };
  document.addEventListener('fomo:show', () => setTimeout(hide, 500, true));
"""


@pytest.mark.criterion(51)
@pytest.mark.parametrize("what", ["tab", "dialog"])
def test_a_display_is_a_second_in_sight(visit: Visits, what: str) -> None:
    """Half a second, hidden for longer, a quarter of a second, hidden again: nothing. One, when it is back for good."""
    counted = count(visit, [event(1)], displayFor=600)
    html = f"{counted.html}<dialog>Sign up</dialog>"
    v = visit(counted.events, html=html, init=GLIMPSES.replace("WHAT", repr(what)))
    v.page.wait_for_function("told.at(-1)?.[0] === 'show'")
    v.quiet(2)
    assert counted.uploads == []
    v.js("hide(false), void setTimeout(hide, 250, true)")
    v.quiet(1.5)
    assert counted.uploads == []
    v.js("hide(false)")
    counted.arrives(("display", 1))


@pytest.mark.criterion(51)
def test_a_card_that_was_gone_at_once_is_no_display(visit: Visits) -> None:
    counted = count(visit, [event(2), event(1)], displayFor=600)
    v = visit(counted.events, html=counted.html)
    v.see()
    v.js("fomo.trigger('close')")
    v.quiet(1.3)
    v.hide_tab(True)
    counted.arrives(("close", 2))


def test_what_a_visitor_does_is_in_the_owners_statistics(live_app: LiveApp, host_page: HostPages, visitors: Browser) -> None:
    """All the way: a real page, the real script, the real server, its figures."""
    assert live_app.request("PATCH", "", {"page_load": 0, "display_for": 60}).status == 200
    live_app.post_event(title="Ink", url=host_page("<!doctype html><title>Ink</title>", path="/ink.html"))
    page = visitors.new_page()
    page.goto(host_page(f'<!doctype html><title>A shop</title><script async src="{live_app.load_js}"></script>'))
    card = page.locator(CARD)
    card.wait_for()

    def figures() -> dict[str, int]:
        stats = live_app.request("GET", "/get_statistics").json()["stats"]
        return {name: stats[name] for name in ("display", "hover", "click", "close")}

    wait_until("the display", lambda: figures()["display"] == 1)
    card.click(position={"x": 40, "y": 40})
    page.wait_for_url("**/ink.html*")
    wait_until("the click", lambda: figures()["click"] == 1)
    assert figures() == {"display": 1, "hover": 1, "click": 1, "close": 0}
