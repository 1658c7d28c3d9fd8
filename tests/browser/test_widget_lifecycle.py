"""Pages that come back from the back/forward cache, and pages that are prerendered: both as Chromium itself does it.

Playwright switches both off. The first gets a Chromium that was started with the cache; the second one that nobody drives,
whose pages tell their own server what they see.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest
from tests.browser.counting import count
from tests.browser.visits import Visits, event
from tests.commands import wait_until
from tests.conftest import CHROMIUM_ARGUMENTS
from tests.set_up_browser import playwrights_own, system_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
# What a browser may keep; the host pages' own default is no-store.
KEPT = {"Cache-Control": "max-age=60"}
PERSISTED = """
  window.persisted = [];
  addEventListener('pageshow', (event) => persisted.push(event.persisted));
  // How many timers of ours wait, by the page's own count.
  window.waiting = new Set();
  const start = setTimeout, cancel = clearTimeout;
  window.setTimeout = (task, ms) => { const id = start(() => { waiting.delete(id); task(); }, ms);
    waiting.add(id); return id; };
  window.clearTimeout = (id) => { waiting.delete(id); cancel(id); };
"""


@pytest.fixture
def keeping_page(browser: Browser) -> Iterator[Callable[[], Page]]:
    """Opens a page in a Chromium with its back/forward cache on."""
    keeping = browser.browser_type.launch(
        executable_path=system_chromium(),
        args=CHROMIUM_ARGUMENTS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield lambda: keeping.new_page(viewport={"width": 1280, "height": 800})
    keeping.close()


@pytest.mark.criterion(70)
@pytest.mark.parametrize("standing", [True, False], ids=["a card stands", "between two cards"])
def test_a_page_that_comes_back_goes_on(visit: Visits, keeping_page: Callable[[], Page], standing: bool) -> None:
    """Restored, not reloaded: the card keeps what was left of its time, the next one comes once, nothing runs twice."""
    page = keeping_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    other = visit.host_page("<!doctype html><title>Another page</title><h1>Another page</h1>", KEPT)
    settings = {"displayFor": 2, "displayInterval": 2}
    v = visit([event(3), event(2), event(1)], settings, init=PERSISTED, headers=KEPT, page=page)
    v.see()
    if not standing:
        page.wait_for_function("told.at(-1)[0] === 'hide'")
    before = v.told()
    page.goto(other)
    # Longer than any time that was left: it stood still meanwhile.
    v.quiet(2.6)
    page.go_back(wait_until="commit")
    page.wait_for_function("window.persisted?.length === 2")
    assert v.js("persisted") == [False, True]
    assert v.told() == before
    assert v.card.count() == standing
    assert page.locator("div#someone-purchased").count() == 1
    page.wait_for_function("told.filter(([type]) => type === 'show').length === 2", timeout=8000)
    assert v.shown() == [3, 2]
    # Not at once, and not late: what was left of the gap, with what was left of the card before it.
    shown = v.times("show")
    assert 3.5 < shown[1] - shown[0] < 12
    assert v.told("ready") == [None]
    assert v.told("hide") == [3]
    assert page.locator(".fomo-notification").count() == 1
    assert v.js("waiting.size") <= 3, "the card's own time, its display, and the look at its age"
    assert not errors


@pytest.mark.criterion(70)
def test_what_was_counted_leaves_before_the_page_does(visit: Visits, keeping_page: Callable[[], Page]) -> None:
    """Nothing waits for a page that may never come back, and nothing is sent again when it does."""
    page = keeping_page()
    counted = count(visit, [event(1)], displayFor=600)
    other = visit.host_page("<!doctype html><title>Another page</title>", KEPT)
    v = visit(counted.events, html=counted.html, init=PERSISTED, headers=KEPT, page=page)
    v.see()
    counted.arrives(("display", 1))
    box = v.box()
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    v.quiet(0.3)
    assert len(counted.uploads) == 1, "a hover waits for company"
    page.goto(other)
    counted.arrives(("display", 1), ("hover", 1))
    page.go_back(wait_until="commit")
    page.wait_for_function("window.persisted?.length === 2")
    v.quiet(1.5)
    assert len(counted.uploads) == 2
    assert v.card.count() == 1


FIRST = """<!doctype html><title>First</title><h1>First</h1>
<script type=speculationrules>{"prerender": [{"urls": ["/next.html"], "eagerness": "immediate"}]}</script>
<script>
  // The visitor goes on as soon as the test says so.
  const wait = async () => { (await fetch('/go')).ok ? location.href = '/next.html' : setTimeout(wait, 200); };
  wait();
</script>"""
NEXT = """<!doctype html><meta charset=utf-8><title>Next</title>
<script>
  const asked = () => performance.getEntriesByType('resource').filter(({name}) => name.includes('ORIGIN')).length;
  const tell = (what) => fetch('/tell?' + new URLSearchParams(
    {what, prerendering: document.prerendering, at: performance.now(), asked: asked()}));
  document.addEventListener('prerenderingchange', () => tell('activated'));
  for (const type of ['ready', 'show', 'hide', 'error']) document.addEventListener('fomo:' + type, () => tell(type));
  addEventListener('load', () => setTimeout(tell, 1000, 'waiting'));
</script>
<script async src="ORIGIN/load.js"></script><h1>Next</h1>"""


@pytest.mark.criterion(71)
def test_a_page_that_is_really_prerendered(visit: Visits, browser: Browser, tmp_path: Path) -> None:
    """Until the visitor goes there: the script alone. Then its feed, its card, and one display once it was seen."""
    counted = count(visit, [event(1)], displayFor=2)
    pages = visit.host_page
    pages(NEXT.replace("ORIGIN", counted.url), KEPT, path="/next.html")
    command = [system_chromium() or playwrights_own() or "", "--headless", *CHROMIUM_ARGUMENTS]
    undriven = subprocess.Popen(
        [*command, f"--user-data-dir={tmp_path}", pages(FIRST)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )

    def told() -> list[dict[str, str]]:
        return [dict(parse_qsl(seen.path.partition("?")[2])) for seen in pages.requests if seen.path.startswith("/tell?")]

    def after(what: str) -> bool:
        return any(row["what"] == what for row in told())

    try:
        wait_until("the page is prerendered", lambda: after("waiting"), within=30)
        assert not counted.uploads
        pages("go", path="/go")
        wait_until("the card has left", lambda: after("hide"), within=30)
    finally:
        undriven.terminate()
        undriven.wait(10)
    assert [seen.path for seen in pages.requests].count("/next.html") == 1, "what was prerendered is what is shown"
    rows = told()
    assert [row["what"] for row in rows] == ["waiting", "activated", "ready", "show", "hide"]
    assert [row["prerendering"] for row in rows] == ["true", "false", "false", "false", "false"]
    assert rows[0]["asked"] == "1", "the script, no feed"
    assert counted.deeds == [("display", 1)]
