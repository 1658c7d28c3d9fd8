"""Feed mode: every message in the page's own `#fomo_feed`, styled by the page, with no pop-up and nothing that shifts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.browser.test_widget_looks import SHIFTS
from tests.browser.test_widget_security import PAYLOADS
from tests.browser.visits import CORS, Visit, Visits, event

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
FEED = {"feedMode": True}
EVENTS = [event(3), event(2, ["Ann took a ", ["b", "jug"], " ", ["time"]], link=None, url=None), event(1)]
BOX = "<h1>News</h1><div id=fomo_feed></div><p id=below>What comes after it.</p>"
# The list as a reader gets it: of each item its id, words, links, time.
READ = """() => [...document.querySelectorAll('#fomo_feed > ul.fomo-feed > li.fomo-feed-item')].map((item) => [
  Number(item.dataset.eventId), item.querySelector('.fomo-feed-message').textContent.trim(),
  [...item.querySelectorAll('a')].map((link) => link.getAttribute('href')),
  item.querySelector('small.fomo-feed-time')?.textContent])"""


def filled(v: Visit) -> list[Any]:
    """Wait for the list, and read it."""
    v.page.locator("#fomo_feed li").first.wait_for()
    rows: list[Any] = v.js(READ)
    return rows


@pytest.mark.criterion(94)
def test_the_box_is_filled_and_nothing_pops_up(visit: Visits) -> None:
    """All events, newest first, real links, the time; in a list with a name, a language and a direction."""
    settings = {**FEED, "language": "de", "labels": {"region": "Neues", "close": "x", "stop": "y"}, "displayInterval": 1}
    v = visit(EVENTS, settings, body=BOX)
    shop = "https://shop.example/p/{0}?utm_source=fomo&utm_medium=notification"
    assert filled(v) == [
        [3, "John from New York just bought a Mug 3", [shop.format(3)], "2 minutes ago"],
        [2, "Ann took a jug", [], "2 minutes ago"],
        [1, "John from New York just bought a Mug 1", [shop.format(1)], "2 minutes ago"],
    ]
    list_ = v.page.locator("#fomo_feed > ul")
    assert [list_.get_attribute(name) for name in ("aria-label", "lang", "dir")] == ["Neues", "de", "ltr"]
    assert v.page.locator("#fomo_feed a").first.get_attribute("rel") == "noopener"
    v.quiet(1.2)
    assert v.shown() == []
    assert v.page.locator(".fomo-notification").count() == 0
    assert v.js("fomo.displayNotification({message: 'x'})") is False
    assert v.js("fomo.trigger('start'), fomo.whyDisabled()") == "feed"
    v.quiet(0.3)
    assert v.shown() == []


@pytest.mark.criterion(94)
def test_a_box_that_comes_later_or_again_is_filled(visit: Visits) -> None:
    """A part of the page that a framework draws when it likes: added, replaced, moved; there is one list."""
    v = visit(EVENTS, FEED, body="<main id=app></main>")
    v.quiet(0.3)
    assert v.page.locator(".fomo-feed").count() == 0
    v.js("document.querySelector('#app').innerHTML = '<section><div id=fomo_feed></div></section>'")
    assert len(filled(v)) == 3
    v.js("document.querySelector('#app').innerHTML = '<p>Elsewhere</p>'")
    v.quiet(0.1)
    v.js("document.querySelector('#app').innerHTML = '<div id=fomo_feed>Loading</div>'")
    assert len(filled(v)) == 3
    v.js("document.body.replaceWith(Object.assign(document.createElement('body'), {innerHTML: '<div id=fomo_feed></div>'}))")
    assert len(filled(v)) == 3
    assert v.page.locator(".fomo-feed").count() == 1


@pytest.mark.criterion(94)
@pytest.mark.parametrize(
    ("body", "boxes"),
    [
        ("<div id=fomo_feed></div><div id=fomo_feed></div>", [3, 0]),
        ("<template><div id=fomo_feed></div></template>", []),
        ("<p>No box at all</p>", []),
        ("<ul id=fomo_feed><li>Their own</li></ul>", [3]),
    ],
    ids=["twice", "in a template", "none", "not empty"],
)
def test_unusual_boxes(visit: Visits, body: str, boxes: list[int]) -> None:
    """The first of two; silence where there is none."""
    v = visit(EVENTS, FEED, body=body)
    if boxes:
        v.page.locator("#fomo_feed .fomo-feed-item").first.wait_for()
    else:
        v.quiet(0.5)
    found = v.js("[...document.querySelectorAll('#fomo_feed')].map((box) => box.querySelectorAll('.fomo-feed-item').length)")
    assert found == boxes
    assert not [line for line in v.console if "fomo" in line or line.startswith("error")]


@pytest.mark.criterion(94, 27)
def test_the_words_of_an_event_are_text_here_too(visit: Visits) -> None:
    """HTML in every field stays text in the page's own tree; only web addresses become links and images."""
    events = []
    for number, payload in enumerate(PAYLOADS, 1):
        fields = dict.fromkeys(["first_name", "city", "title", "message", "time_ago"], payload)
        fields |= {"image_url": f"javascript:{payload}", "url": "javascript:window.__xss=1", "link": payload}
        events.append(event(number, [payload, ["a", payload, "data:text/html,x"], ["b", payload]], **fields))
    v = visit(events, FEED, body=BOX)
    assert [row[1] for row in filled(v)] == [(payload * 3).strip() for payload in PAYLOADS]
    assert v.js("window.__xss") is None
    tags = v.js("[...new Set([...document.querySelectorAll('#fomo_feed *')].map((node) => node.localName))].sort()")
    assert tags == ["b", "li", "p", "ul"]


@pytest.mark.criterion(94)
def test_news_come_in_by_themselves_and_what_is_gone_goes(visit: Visits) -> None:
    """With each bucket in a visible tab; an item that stays is the same node, so that the focus in it stays."""
    feed = [event(2, time_ago="1 minute ago"), event(1)]
    v = visit(feed, FEED, body=BOX, clock=True)
    v.run(1)
    filled(v)
    v.page.locator("#fomo_feed [data-event-id='2'] a").focus()
    feed[:] = [event(3), event(2, time_ago="2 minutes ago")]
    # Past the end of the bucket; then the clock stands still, since a request's patience goes by it and its answer does not.
    v.run(42, step=5)
    v.page.locator("#fomo_feed [data-event-id='3']").wait_for()
    assert [(row[0], row[3]) for row in v.js(READ)] == [(3, "2 minutes ago"), (2, "2 minutes ago")]
    assert v.js("document.activeElement.closest('li')?.dataset.eventId") == "2"
    v.hide_tab(True)
    asked = len(v.widget_requests)
    feed[:] = [event(4)]
    v.run(120, step=10)
    assert [path for path in v.widget_requests[asked:] if path.startswith("js-obj")] == []
    v.hide_tab(False)
    v.page.locator("#fomo_feed [data-event-id='4']").wait_for()
    assert [row[0] for row in v.js(READ)] == [4]


@pytest.mark.criterion(94)
@pytest.mark.parametrize(
    ("stop", "undo"),
    [
        ("fomo.trigger('mute')", "fomo.trigger('unmute'); fomo.initiate()"),
        ("fomo.consent(false)", "fomo.consent(true)"),
    ],
)
def test_a_stop_empties_the_box(visit: Visits, stop: str, undo: str) -> None:
    """A page gives its visitors a way to say no: the list goes at once, stays away, and can come back."""
    v = visit(EVENTS, FEED, body=BOX)
    filled(v)
    v.js(stop)
    v.page.wait_for_function("!document.querySelector('#fomo_feed li')", timeout=15_000)
    v.quiet(0.3)
    assert v.js(READ) == []
    v.js(undo)
    assert len(filled(v)) == 3


@pytest.mark.criterion(94)
def test_a_stop_lasts_in_feed_mode_too(visit: Visits) -> None:
    v = visit(EVENTS, FEED, body=BOX)
    filled(v)
    v.js("fomo.trigger('mute')")
    v.page.reload()
    v.quiet(0.5)
    assert v.js(READ) == []


@pytest.mark.criterion(96)
def test_the_pages_own_css_applies_and_none_of_ours_comes(visit: Visits) -> None:
    """The light tree: the page's colours and fonts; no style sheet, no style attribute, no part of ours."""
    css = """body { color: rgb(1, 2, 3); font: 21px serif } #fomo_feed a { color: rgb(4, 5, 6) }
      .fomo-feed { list-style: square } .fomo-feed-time { color: rgb(7, 8, 9) }"""
    events = [event(1, image_url="https://images.example/1.svg")]
    sheets = "[document.styleSheets.length, document.adoptedStyleSheets.length]"
    v = visit(events, FEED, body=BOX, head=f"<style>{css}</style>", init="window.before = null;")
    filled(v)
    style = v.js(
        """() => { const of = (selector) => getComputedStyle(document.querySelector('#fomo_feed ' + selector)); return [
        of('.fomo-feed-message').color, of('.fomo-feed-message').fontSize, of('a').color, of('.fomo-feed').listStyleType,
        of('.fomo-feed-time').color]; }"""
    )
    assert style == ["rgb(1, 2, 3)", "21px", "rgb(4, 5, 6)", "square", "rgb(7, 8, 9)"]
    assert v.js(sheets) == [1, 0]
    assert v.page.locator("#fomo_feed [style], #fomo_feed style, #fomo_feed [part], #fomo_feed link").count() == 0


@pytest.mark.criterion(95)
@pytest.mark.parametrize("css", ["#fomo_feed { min-height: 40rem }", "#fomo_feed { height: 20rem; overflow: auto }"])
def test_what_is_below_does_not_move(visit: Visits, css: str) -> None:
    """With the height reserved: no layout shift as the list arrives, with its pictures, nor when it is made anew."""
    picture = "<svg xmlns='http://www.w3.org/2000/svg' width='300' height='500'/>"
    events = [event(number, image_url=f"https://images.example/{number}.svg") for number in (3, 2, 1)]
    fulfil = {"body": picture, "content_type": "image/svg+xml"}

    def routes(page: Page) -> None:
        page.route("**/images.example/*", lambda route: route.fulfill(**fulfil))

    v = visit(events, FEED, body=BOX, head=f"<style>{css}</style>", init=SHIFTS, before=routes)
    top = v.js("document.querySelector('#below').getBoundingClientRect().top")
    filled(v)
    v.page.wait_for_function("[...document.querySelectorAll('#fomo_feed img')].every((image) => image.complete)")
    v.quiet(0.3)
    assert v.js("shifts") == 0
    assert v.js("document.querySelector('#below').getBoundingClientRect().top") == top


@pytest.mark.criterion(94)
@pytest.mark.parametrize(
    "policy", ["script-src {w}; style-src 'none'", "default-src 'none'; script-src {w}; connect-src {w}"]
)
def test_the_box_under_a_policy(visit: Visits, policy: str) -> None:
    """The part comes from our own origin by import(), which a policy that lets the script in lets in as well."""
    v = visit(EVENTS, FEED, body=BOX, headers={"Content-Security-Policy": policy.format(w=visit.live.base_url)})
    assert len(filled(v)) == 3
    assert [line for line in v.js("violations") if not line.startswith("connect-src")] == []


def test_a_feed_that_is_down_leaves_the_page_alone(visit: Visits) -> None:
    """No list, no error; it is there as soon as the server is."""
    down = [True]

    def feed(route: Any) -> None:
        if down:
            route.abort()
        else:
            route.fulfill(body=json.dumps(EVENTS), headers=CORS)

    v = visit(None, FEED, body=BOX, clock=True, before=lambda page: page.route("**/js-obj/**", feed))
    v.run(20, step=2)
    assert v.js(READ) == []
    down.clear()
    v.run(50, step=5)
    assert len(v.js(READ)) == 3
