"""`window.fomo`: every call of the seed, the modes, the events it tells the page, and misuse."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.browser.visits import Visits, event

pytestmark = pytest.mark.browser
EVENTS = [event(3), event(2), event(1)]
MANUAL = {"manualTrigger": True, "displayFor": 2, "displayInterval": 1}

SEED = [
    ("typeof fomo.version", "string"),
    ("fomo.settings.displayFor", 7),
    ("fomo.cache", 40),
    ("fomo.closed", False),
    ("fomo.recentEvents.map((event) => event.id)", [3, 2, 1]),
    ("fomo.recentEvents[0].message", "John from New York just bought a Mug 3"),
    ("fomo.isFomoEnabled()", True),
    ("fomo.isMobileDevice()", False),
    ("fomo.isIE()", False),
    ("fomo.setup(fomo.recentEvents)", True),
    ("typeof fomo.applyDefaultStyling", "function"),
    ("typeof fomo.initiate", "function"),
    ("typeof fomo.runNotifications", "function"),
    ("typeof fomo.displayNotification", "function"),
    ("typeof fomo.pause", "function"),
    ("typeof fomo.trigger", "function"),
]


@pytest.mark.criterion(61)
def test_what_the_seed_names_is_there(visit: Visits) -> None:
    v = visit(EVENTS)
    v.see()
    assert [v.js(expression) for expression, _ in SEED] == [value for _, value in SEED]
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*-[0-9a-f]{8}", v.js("fomo.version"))
    assert v.js("fomo.clientHash") == v.js("fomo.settings.clientHash")


@pytest.mark.criterion(61)
def test_the_seeds_debugging_calls(visit: Visits) -> None:
    """initiate, runNotifications past a long delay, displayNotification out of turn, pause that freezes a card."""
    v = visit(EVENTS, {"pageLoad": 3000, "displayFor": 2, "displayInterval": 1}, clock=True)
    v.run(5, step=1)
    assert v.shown() == []
    v.js("fomo.initiate()")
    v.run(1)
    assert v.shown() == []
    v.js("fomo.runNotifications()")
    v.run(1)
    assert v.shown() == [3]
    assert v.js("fomo.displayNotification(fomo.recentEvents[2])") is True
    v.run(0.5)
    assert v.shown() == [3, 1]
    v.js("fomo.pause()")
    v.run(9, step=1)
    assert v.card.count() == 1
    v.js("fomo.resume()")
    v.run(4)
    assert v.shown() == [3, 1, 2]


@pytest.mark.criterion(63)
def test_manual_mode_does_nothing_by_itself(visit: Visits) -> None:
    v = visit(EVENTS, MANUAL, clock=True)
    v.run(10, step=1)
    assert v.shown() == []
    assert v.js("fomo.recentEvents.length") == 3


@pytest.mark.criterion(62)
def test_start_stop_and_restart(visit: Visits) -> None:
    """`start` goes on, `start, true` begins at the first event, `stop` is at once, `restartOrder` starts nothing."""
    v = visit([event(1), event(2), event(3)], MANUAL, clock=True)
    v.run(1)
    v.js("fomo.trigger('start')")
    v.run(4)
    assert v.shown() == [1, 2]
    v.js("fomo.trigger('start', true)")
    v.run(3)
    assert v.shown() == [1, 2, 1]
    v.js("fomo.trigger('stop')")
    assert v.page.locator("[part=card]").count() == 0
    v.run(6, step=1)
    assert v.shown() == [1, 2, 1]
    v.js("fomo.trigger('restartOrder')")
    v.run(6, step=1)
    assert v.shown() == [1, 2, 1]
    v.js("fomo.trigger('start')")
    v.run(1)
    assert v.shown() == [1, 2, 1, 1]


@pytest.mark.criterion(62)
def test_stop_while_a_picture_still_loads(visit: Visits) -> None:
    """What was being prepared when the plan changed is never shown."""
    slow = [event(1, image_url="https://images.example/slow.svg")]
    v = visit(slow, MANUAL, clock=True, before=lambda page: page.route("**/slow.svg", lambda route: None))
    v.run(1)
    v.js("fomo.trigger('start')")
    v.run(0.6, step=0.2)
    v.js("fomo.trigger('stop')")
    v.run(4)
    assert v.shown() == []


@pytest.mark.criterion(64)
def test_misuse_warns_returns_false_and_never_throws(visit: Visits) -> None:
    v = visit(EVENTS)
    v.see()
    calls = [
        "trigger()",
        "trigger('nonsense')",
        "trigger('constructor')",
        "trigger({})",
        "displayNotification()",
        "displayNotification(null)",
        "displayNotification(7)",
        "displayNotification('x')",
        "displayNotification({})",
        "on('x')",
        "on()",
        "setup()",
        "setup({})",
    ]
    before = len(v.console)
    assert [v.js(f"fomo.{call}") for call in calls] == [False] * len(calls)
    assert len(v.console) - before == len(calls)
    assert all(line.startswith("warning: fomo: ") for line in v.console[before:])
    assert v.shown() == [3]


@pytest.mark.criterion(61)
def test_a_pages_own_message(visit: Visits) -> None:
    v = visit(EVENTS, MANUAL)
    v.page.wait_for_function("window.fomo && fomo.recentEvents.length")
    v.js("fomo.displayNotification({message: 'Only 3 <b>left</b>', url: 'https://shop.example/3'})")
    assert v.see().locator("p").first.text_content() == "Only 3 <b>left</b>"
    assert v.card.locator("a").get_attribute("aria-label") == "Only 3 <b>left</b>"


@pytest.mark.criterion(65)
def test_what_it_tells_the_page(visit: Visits) -> None:
    """In order, with the event; a cancelled `show` shows nothing and the next one comes; `on` ends what it began."""
    init = """
      document.addEventListener('fomo:show', (event) => { if (event.detail.id === 3) event.preventDefault(); });
      document.addEventListener('fomo:click', (event) => event.preventDefault());
    """
    v = visit(EVENTS, {"displayFor": 2, "displayInterval": 1}, clock=True, init=init)
    v.run(0.4, step=0.1)
    v.js("void (window.off = fomo.on('hide', (event) => { (window.heard ||= []).push(event.detail.id); }))")
    v.run(2, step=0.5)
    v.see().click(position={"x": 40, "y": 40})
    assert v.told() == [["ready", None], ["show", 3], ["show", 2], ["click", 2]]
    assert v.page.url == v.url
    v.page.mouse.move(900, 100)
    v.run(2.4, step=0.2)
    v.see()
    v.js("off()")
    v.card.locator("#fomo-close").click()
    assert v.told()[4:] == [["hide", 2], ["show", 1], ["hide", 1], ["end", None], ["close", 1]]
    assert v.js("heard") == [2]


@pytest.mark.criterion(66)
def test_destroy_leaves_nothing(visit: Visits) -> None:
    """No node, timer, listener or global; the same tag may come again and is a new widget."""
    count = """
      window.live = new Map();
      for (const target of [window, document]) {
        const add = target.addEventListener.bind(target);
        target.addEventListener = (type, listener, options) => {
          if (options && options.signal) { live.set(listener, type);
            options.signal.addEventListener('abort', () => live.delete(listener)); }
          add(type, listener, options);
        };
      }
    """
    v = visit(EVENTS, {"displayFor": 2, "displayInterval": 1}, clock=True, init=count)
    v.run(1)
    v.see()
    assert v.js("live.size") > 0
    v.js("window.old = fomo; fomo.on('show', () => {}); fomo.destroy()")
    v.run(10, step=1)
    assert v.page.locator("#someone-purchased").count() == 0
    assert v.js("[typeof fomo, live.size]") == ["undefined", 0]
    assert v.shown() == [3]
    v.js("old.trigger('start'); old.displayNotification({message: 'x'}); old.initiate(); old.runNotifications()")
    v.run(3)
    assert v.shown() == [3]
    v.page.add_script_tag(url=visit.load_js)
    v.run(1)
    v.see()
    assert v.shown() == [3, 2]


def test_settings_may_be_changed_by_the_page(visit: Visits) -> None:
    """`fomo.settings` is the live object, as people know it: seconds and custom CSS."""
    v = visit(EVENTS, {"pageLoad": 600})
    v.page.wait_for_function("window.fomo && fomo.recentEvents.length")
    v.js(
        "fomo.settings.displayFor = 1; fomo.settings.themeCss = '#someone-purchased.customized p { color: rgb(1, 2, 3) }';"
        "fomo.applyDefaultStyling(); fomo.runNotifications()"
    )
    colour: Any = v.see().locator("p").first.evaluate("(node) => getComputedStyle(node).color")
    assert colour == "rgb(1, 2, 3)"
    v.card.wait_for(state="detached", timeout=15_000)
