"""What a visitor's browser remembers: the order over reloads, the stop, and what it does without a storage."""

from __future__ import annotations

import pytest
from tests.browser.visits import Visits, event

pytestmark = pytest.mark.browser
EVENTS = [event(3), event(2), event(1)]


@pytest.mark.criterion(45)
def test_a_reload_goes_on_with_the_next_event(visit: Visits) -> None:
    v = visit(EVENTS)
    for number in (3, 2, 1):
        v.see()
        assert v.shown() == [number]
        v.page.reload()
    v.quiet(0.4)
    assert v.shown() == []
    assert v.js("fomo.whyDisabled()") == "no_events"


@pytest.mark.criterion(42)
@pytest.mark.parametrize(
    "init",
    [
        "Storage.prototype.getItem = () => { throw new Error('get'); };",
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };",
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }});",
        "Object.defineProperty(window, 'localStorage', {value: null});",
        "localStorage['fomo:CLIENT'] = '{\"__proto__\":[';",
        "localStorage['fomo:CLIENT'] = 'x'.repeat(4e6);",
    ],
)
def test_without_a_working_storage_the_order_is_kept_in_memory(visit: Visits, init: str) -> None:
    settings = {"displayFor": 1, "displayInterval": 1}
    v = visit(EVENTS, settings, init=init.replace("CLIENT", visit.live.a.client_id), clock=True)
    v.run(8)
    assert v.shown() == [3, 2, 1]


@pytest.mark.criterion(22, 43)
def test_after_very_many_cards_the_page_and_the_storage_are_small(visit: Visits) -> None:
    """200 cards: one key, at most 2 KB, one host, no card left over."""
    events = [event(10**9 + number) for number in range(100, 0, -1)]
    settings = {"displayFor": 1, "displayInterval": 0, "loopNotification": True, "maximumPerPage": 200}
    v = visit(events, settings, clock=True)
    v.run(260, step=2)
    # A step that the browser was too busy for is made up for.
    v.run(20, step=2)
    assert len(v.shown()) == 200
    assert v.js("Object.keys(localStorage)") == [f"fomo:{visit.live.a.client_id}"]
    assert v.js("Object.values(localStorage)[0].length") <= 2048
    assert v.js("[...document.documentElement.children].map((node) => node.localName)") == ["head", "body", "div"]
    assert v.js("someonePurchased().length") == 1, "the slot"


@pytest.mark.criterion(44)
@pytest.mark.parametrize("signal", ["globalPrivacyControl', {value: true}", "doNotTrack', {value: '1'}"])
def test_with_privacy_asked_for_only_the_stop_is_stored(visit: Visits, signal: str) -> None:
    v = visit(EVENTS, init=f"Object.defineProperty(navigator, '{signal});")
    v.see()
    assert v.js("Object.keys(localStorage)") == []
    v.card.locator("#fomo-stop").click()
    stored = v.js("Object.values(localStorage)")
    assert len(stored) == 1
    assert stored[0].isdigit()


@pytest.mark.criterion(78)
def test_stop_showing_these_lasts_30_days_and_can_be_undone(visit: Visits) -> None:
    """By keyboard; over a reload and over trigger('start'); `unmute` undoes it."""
    v = visit(EVENTS, {"displayFor": 600}, clock=True)
    v.run(1)
    v.see().locator("#fomo-stop").focus()
    v.page.keyboard.press("Enter")
    v.run(1)
    assert v.page.locator(".fomo-notification").count() == 0
    assert v.told("mute") == [3]

    v.page.reload()
    v.run(20, step=2)
    v.js("fomo.trigger('start')")
    v.run(5, step=1)
    assert v.shown() == []
    assert v.js("[fomo.isFomoEnabled(), fomo.whyDisabled()]") == [False, "stopped"]
    assert v.js("fomo.displayNotification(fomo.recentEvents[0] || {message: 'x'})") is False

    now = v.js("Date.now() / 1000")
    v.page.clock.set_system_time(now + 29 * 24 * 3600)
    assert v.js("fomo.isFomoEnabled()") is False
    v.page.clock.set_system_time(now + 30 * 24 * 3600)
    assert v.js("fomo.isFomoEnabled()") is True
    v.js("fomo.trigger('mute')")
    assert v.js("fomo.trigger('unmute'), fomo.isFomoEnabled()") is True
    v.js("fomo.trigger('start')")
    v.run(1)
    v.see()


@pytest.mark.criterion(97)
@pytest.mark.parametrize(
    ("settings", "head", "why"),
    [
        ({"enabled": False, "labels": {"off": "Fomo is currently turned off on this domain."}}, "", "off"),
        ({"hideMobile": True}, "", "mobile"),
        ({}, '<meta name="fomo:enabled" content="false">', "meta"),
    ],
)
def test_what_turns_it_off_leaves_no_trace(visit: Visits, settings: dict[str, object], head: str, why: str) -> None:
    v = visit(EVENTS, settings, head=head, viewport={"width": 767, "height": 800})
    v.quiet(0.3)
    assert v.js("[fomo.isFomoEnabled(), fomo.whyDisabled()]") == [False, why]
    assert v.page.locator("#someone-purchased").count() == 0
    assert len(v.widget_requests) == 1
    assert v.js("localStorage.length") == 0
    said = [line for line in v.console if "Fomo is currently turned off on this domain." in line]
    assert len(said) == (why == "off")


def test_close_ends_the_page_view_and_a_reload_goes_on(visit: Visits) -> None:
    v = visit(EVENTS, {"displayFor": 2, "displayInterval": 1}, clock=True)
    v.run(1)
    v.see().locator("#fomo-close").click()
    v.run(20, step=2)
    assert v.shown() == [3]
    assert v.js("[fomo.closed, fomo.whyDisabled()]") == [True, "closed"]
    v.js("fomo.trigger('start')")
    v.run(1)
    assert v.shown() == [3, 2]
    v.page.reload()
    v.run(1)
    v.see()
    assert v.shown() == [1]
