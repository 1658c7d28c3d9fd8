"""A page that stays open: hundreds of cards, thousands of cards, and what is left of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.browser.visits import Visit, Visits, event

pytestmark = pytest.mark.browser
MEGABYTE = 1 << 20
# A clock of the page's own that runs as fast as the engine can: thirty thousand cards in half a minute. The network is a
# function too, since no answer would come in no time.
FAST = """
  const timers = new Map(), channel = new MessageChannel(), born = Date.now();
  let now = 0, last = 0, wake;
  channel.port1.onmessage = () => wake();
  window.most = 0;
  performance.now = () => now;
  Date.now = () => born + now;
  window.setTimeout = (task, ms) => {
    timers.set(++last, [now + (ms || 0), task]);
    most = Math.max(most, timers.size);
    return last;
  };
  window.clearTimeout = (id) => timers.delete(id);
  window.pending = () => timers.size;
  window.fetch = async (address) => new Response(address.includes('js-obj') ? FEED : null);
  // Until so many cards were shown; between two timers whatever was promised comes true.
  window.pass = async (cards) => {
    let shown = 0;
    const off = fomo.on('show', () => { shown++; });
    while (shown < cards) {
      const [id, [at, task]] = [...timers].sort((a, b) => a[1][0] - b[1][0])[0];
      timers.delete(id);
      now = Math.max(now, at);
      task();
      await new Promise((done) => { wake = done; channel.port2.postMessage(0); });
    }
    off();
    fomo.trigger('stop');
    for (const [, task] of timers.values()) task();
    timers.clear();
    told.length = 0;
    return shown;
  };
"""


class Gauge:
    """What a page holds once its garbage is collected."""

    def __init__(self, v: Visit) -> None:
        self._v = v
        self._session = v.page.context.new_cdp_session(v.page)
        self._session.send("HeapProfiler.enable")

    def read(self) -> dict[str, int]:
        """`heap` in bytes, `nodes` and `jsEventListeners` of all its documents."""
        for _ in range(2):
            self._session.send("HeapProfiler.collectGarbage")
        counters = self._session.send("Memory.getDOMCounters")
        heap = self._session.send("Runtime.getHeapUsage")["usedSize"]
        return {"heap": int(heap), "nodes": counters["nodes"], "jsEventListeners": counters["jsEventListeners"]}


def standing(visit: Visits, events: list[Any], **settings: Any) -> Visit:
    """A page with a fast clock, after its first forty cards."""
    quick = {"displayFor": 1, "displayInterval": 0.25, "loopNotification": True, "maximumPerPage": 1000, **settings}
    v = visit(events, quick, init=FAST.replace("FEED", json.dumps(json.dumps(events))))
    v.page.wait_for_function("window.told?.length")
    go_on(v, 40)
    return v


def go_on(v: Visit, cards: int) -> None:
    """That many more cards; `maximum_per_page` is a thousand at most."""
    while cards > 0:
        v.js("fomo.trigger('resetCount'); fomo.trigger('start')")
        cards -= v.js("(cards) => pass(cards)", min(cards, 1000))


def read_after(v: Visit, gauge: Gauge, cards: int) -> None:
    """Hold what the page has after that many cards against what it had before."""
    before = gauge.read()
    v.js("void (most = 0)")
    go_on(v, cards)
    after = gauge.read()
    assert after["nodes"] <= before["nodes"] + 2
    assert after["jsEventListeners"] <= before["jsEventListeners"]
    assert after["heap"] - before["heap"] <= MEGABYTE, (before, after)
    # The card's own time, its age, its exit, a request's patience.
    assert v.js("most") <= 5
    assert v.js("pending()") == 0
    assert v.js("Object.values(localStorage)[0].length") <= 2048


@pytest.mark.criterion(22)
@pytest.mark.parametrize("randomize", [False, True])
def test_three_hundred_cards_leave_nothing(visit: Visits, randomize: bool) -> None:
    """The page's nodes and listeners are as many as before, and the heap is not a megabyte larger."""
    v = standing(visit, [event(number) for number in range(100, 0, -1)], randomize=randomize)
    read_after(v, Gauge(v), 300)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_thousand_rounds_of_thirty(visit: Visits) -> None:
    """Thirty thousand cards: no growth, and never more than a few timers at once."""
    v = standing(visit, [event(number) for number in range(30, 0, -1)])
    read_after(v, Gauge(v), 30_000)
