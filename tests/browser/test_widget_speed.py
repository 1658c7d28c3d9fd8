"""What the widget costs the page that carries it: paint, long tasks, evaluation, answers to the visitor's clicks.

Each figure is compared with that of a control, the same page without the tag, in turns in the same run. A busy machine only
ever adds, so what is over its limit is measured again, a few times at most, and the least counts.
"""

from __future__ import annotations

import io
import statistics
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from tests.browser.visits import Visit, Visits, event

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page, Route

# What is timed here would be what else the machine does, with other tests beside it.
pytestmark = [pytest.mark.browser, pytest.mark.alone]

# A shop's page: a picture that is the largest thing on it, words, and a button that does something.
BODY = """<h1>Clay pots</h1><img id=picture src=/pot.jpeg width=640 height=400 alt=''>""" + "".join(
    f"<p>Paragraph {number} of what the shop has to say about its clay pots, thrown by hand.</p>" for number in range(30)
)
BUTTON = "<button id=buy onclick=\"this.textContent = 'Sold ' + performance.now()\">Buy</button>"
WATCH = """
  window.seen = {paints: [], long: [], events: []};
  const watch = (type, take, more) => new PerformanceObserver((list) => list.getEntries().forEach(take))
    .observe({type, buffered: true, ...more});
  watch('largest-contentful-paint', (entry) => { seen.lcp = entry.startTime;
    seen.paints.push(entry.element ? entry.element.id || entry.element.localName : 'hidden from the page'); });
  watch('paint', (entry) => { if (entry.name === 'first-contentful-paint') seen.fcp = entry.startTime; });
  watch('longtask', (entry) => seen.long.push([entry.startTime, entry.duration]));
  watch('event', (entry) => { if (entry.interactionId) seen.events.push(entry.duration); }, {durationThreshold: 16});
"""


def page_of(body: str, tag: str = "{tag}") -> str:
    """The host page, with the tag in its head, or as a control without."""
    return f"<!doctype html><html lang=en><meta charset=utf-8><title>A shop</title>{tag}<main>{BUTTON}{body}</main>"


def least(limit: float, measure: Callable[[], float], tries: int = 3) -> float:
    """The least of up to so many measurements; the others are taken only while it is over the limit."""
    found = measure()
    for _ in range(tries - 1):
        if found > limit:
            found = min(found, measure())
    return found


def photograph() -> bytes:
    """A JPEG with as much in it as a real one: of a plain surface a browser says nothing."""
    file = io.BytesIO()
    Image.effect_noise((640, 400), 90).save(file, "jpeg")
    return file.getvalue()


def picture(page: Page) -> None:
    """Serves the photograph wherever it is asked for."""
    page.route("**/pot.jpeg", lambda route: route.fulfill(body=PHOTOGRAPH, content_type="image/jpeg"))


PHOTOGRAPH = photograph()


def slow_processor(page: Page, times: int = 4) -> CDPSession:
    """A phone's processor, for the life of the session."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": times})
    return session


FIGURES = """({dcl: performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd, fcp: seen.fcp, lcp: seen.lcp,
  whose: seen.paints})"""


@pytest.mark.slow
@pytest.mark.criterion(12, 17)
def test_nothing_is_painted_later(visit: Visits) -> None:
    """DOMContentLoaded, FCP and LCP, medians of 11 loads each: with the tag, with one that takes 10 s, and without.

    None is over 50 ms later, and the largest paint is never ours. The slow tag holds only `load` up; then its card comes.
    """
    held: list[Route] = []
    waiting: list[Visit] = []
    whose: set[str] = set()

    def load(tag: str, slow: bool = False) -> dict[str, Any]:
        def routes(page: Page) -> None:
            picture(page)
            if slow:
                page.route("**/load.js", lambda route: held.append(route))

        v = visit(html=page_of(BODY, tag), init=WATCH, before=routes, until="commit")
        v.page.wait_for_function("seen.paints.includes('picture')")
        if tag and not slow:
            v.see()
        figures: dict[str, Any] = v.js(FIGURES)
        whose.update(figures["whose"])
        if slow and not waiting:
            waiting.append(v)
        else:
            v.page.context.close()
        return figures

    def later() -> float:
        loads = [(load(""), load("{tag}"), load("{tag}", slow=True)) for _ in range(11)]

        def median(name: str, place: int) -> float:
            return statistics.median(row[place][name] for row in loads)

        return max(median(name, place) - median(name, 0) for name in ("dcl", "fcp", "lcp") for place in (1, 2))

    assert least(50, later) <= 50
    assert whose <= {"picture", "h1", "p", "buy"}
    v = waiting[0]
    v.page.wait_for_function("performance.now() > 10_000")
    assert v.js("[document.readyState, typeof fomo]") == ["interactive", "undefined"]
    held[0].fallback()
    v.see()


@pytest.mark.criterion(15)
def test_no_long_task_on_a_slow_phone(visit: Visits) -> None:
    """From the first byte until a card with a picture has left, at a quarter of the speed: no task over 50 ms is added."""

    def blocked(tag: str) -> float:
        v = visit(
            [event(1, image_url="https://images.example/pot.jpeg")],
            {"displayFor": 1},
            html=page_of(BODY, tag),
            init=WATCH,
            before=lambda page: (picture(page), slow_processor(page)),
        )
        if tag:
            v.page.wait_for_function("told.at(-1)?.[0] === 'hide'")
        # What has just ended is reported a moment later.
        v.quiet(0.4)
        figure: float = v.js("seen.long.reduce((sum, [, duration]) => sum + duration - 50, 0)")
        v.page.context.close()
        return figure

    control = min(blocked("") for _ in range(3))
    assert least(control, lambda: blocked("{tag}"), tries=8) <= control


@pytest.mark.criterion(16)
def test_evaluation_takes_little(visit: Visits) -> None:
    """What runs as load.js is evaluated, by the engine's own profile at a quarter of the speed: at most 25 ms."""

    def evaluated() -> float:
        sessions: list[CDPSession] = []

        def profile(page: Page) -> None:
            sessions.append(slow_processor(page))
            sessions[0].send("Profiler.enable")
            sessions[0].send("Profiler.setSamplingInterval", {"interval": 200})
            sessions[0].send("Profiler.start")

        v = visit(html=page_of(BODY), before=lambda page: (picture(page), profile(page)))
        v.see()
        found = sessions[0].send("Profiler.stop")["profile"]
        v.page.context.close()
        return evaluation(found, "/load.js")

    assert least(25, evaluated) <= 25


def evaluation(profile: dict[str, Any], ending: str) -> float:
    """The ms of a CPU profile that have the very script of this address on the stack, which begins at its first byte."""
    nodes = {node["id"]: node for node in profile["nodes"]}
    ours: set[int] = set()

    def walk(node: dict[str, Any], inside: bool) -> None:
        frame = node["callFrame"]
        if inside or (frame["url"].endswith(ending) and frame["lineNumber"] == frame["columnNumber"] == 0):
            inside = True
            ours.add(node["id"])
        for child in node.get("children", []):
            walk(nodes[child], inside)

    walk(profile["nodes"][0], False)
    assert ours, "the script is in the profile"
    spent = zip(profile["samples"], profile["timeDeltas"], strict=True)
    return sum(delta for node, delta in spent if node in ours) / 1000


@pytest.mark.criterion(18)
def test_a_click_is_answered_as_fast_while_a_card_enters(visit: Visits) -> None:
    """p98 of 20 clicks, that is the slowest of them, beside 20 clicks with no card: at most 16 ms more."""
    v = visit([event(1)], {"manualTrigger": True}, html=page_of(BODY), init=WATCH, before=picture)
    v.page.wait_for_function("window.fomo && fomo.recentEvents.length")
    box = v.page.locator("#buy").bounding_box() or {}
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def slowest(card: bool) -> float:
        v.js("void (seen.events = [])")
        for _ in range(20):
            if card:
                v.js("new Promise((done) => { fomo.on('show', done); fomo.displayNotification(fomo.recentEvents[0]); })")
            v.page.mouse.click(*middle)
            v.quiet(0.05)
            v.js("fomo.trigger('stop')")
        worst: float = v.js("Math.max(16, ...seen.events)")
        return worst

    control = slowest(card=False)
    assert v.js("document.querySelector('#buy').textContent").startswith("Sold")
    assert least(control + 16, lambda: slowest(card=True)) <= control + 16
    assert len(v.shown()) >= 20


@pytest.mark.parametrize(
    "huge",
    [
        pytest.param([event(number) for number in range(10_000, 0, -1)], marks=pytest.mark.slow),
        [event(1, ["m" * 1_000_000, ["a", "x" * 1_000_000], " ", ["time"]], first_name="n" * 1_000_000)],
    ],
    ids=["10,000 events", "a message of 1 MB"],
)
def test_a_huge_feed_does_not_block_the_page(visit: Visits, huge: list[dict[str, Any]]) -> None:
    """No task over 50 ms, and no more cards than the settings say."""

    def longest() -> float:
        v = visit(huge, {"displayFor": 1, "displayInterval": 0.25, "maximumPerPage": 1}, init=WATCH)
        v.see()
        v.quiet(0.4)
        since: float = v.js("performance.getEntriesByType('resource').find(({name}) => name.includes('js-obj')).responseEnd")
        # From the answer's last byte on; the page's own start is not ours.
        figure: float = v.js(
            "(since) => Math.max(0, ...seen.long.filter(([at]) => at >= since - 5).map((row) => row[1]))", since
        )
        assert v.js("fomo.recentEvents.length") <= 100
        assert v.card.evaluate("(card) => card.textContent.length") < 3000
        assert len(v.shown()) == 1
        v.page.context.close()
        return figure

    assert least(50, longest) <= 50
