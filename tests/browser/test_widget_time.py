"""When cards come and go: the settings' seconds, what pauses them, and how often."""

from __future__ import annotations

from typing import Any

import pytest
from tests.browser.visits import Visits, event

pytestmark = pytest.mark.browser
EVENTS = [event(3), event(2), event(1)]
TENTH = 0.1


@pytest.mark.criterion(52)
def test_delay_hold_and_gap_are_those_of_the_settings(visit: Visits) -> None:
    settings = {"pageLoad": 3, "displayFor": 7, "displayInterval": 4}
    v = visit(EVENTS, settings, clock=True)
    v.run(32, step=0.1)
    (ready,), show, hide = v.times("ready"), v.times("show"), v.times("hide")
    assert show[0] - ready == pytest.approx(3, abs=TENTH + 0.05), "the feed came in between"
    for number in range(2):
        assert hide[number] - show[number] == pytest.approx(7, abs=TENTH)
        assert show[number + 1] - hide[number] == pytest.approx(4, abs=TENTH)


@pytest.mark.criterion(53)
def test_the_pointer_holds_a_card_and_what_is_left_is_kept(visit: Visits) -> None:
    v = visit(EVENTS, {"displayFor": 4}, clock=True)
    v.run(1)
    v.see()
    v.run(2)
    box = v.box()
    v.page.mouse.move(box["x"] + 50, box["y"] + 30)
    v.run(8, step=1)
    assert v.told("hide") == []
    v.page.mouse.move(900, 100)
    v.run(2.3, step=0.1)
    assert v.told("hide") == [3]


@pytest.mark.criterion(54)
@pytest.mark.parametrize("part", ["close", "stop", "link"])
def test_the_keyboards_focus_holds_a_card(visit: Visits, part: str) -> None:
    v = visit(EVENTS, {"displayFor": 2}, clock=True)
    v.run(1)
    v.see().locator(f"[part={part}]").focus()
    v.run(6, step=1)
    assert v.told("hide") == []
    v.page.locator("#buy").focus()
    v.run(3)
    assert v.told("hide") == [3]


@pytest.mark.criterion(55)
def test_a_tap_leaves_no_stuck_hover(visit: Visits) -> None:
    no_way = "addEventListener('click', (event) => event.preventDefault());"
    v = visit(EVENTS, {"displayFor": 3}, clock=True, init=no_way, has_touch=True, is_mobile=True)
    v.run(1)
    v.see()
    box = v.box()
    v.page.touchscreen.tap(box["x"] + 40, box["y"] + 40)
    v.run(4)
    assert v.told("click", "hide") == [3, 3]


@pytest.mark.criterion(21, 56)
def test_a_hidden_tab_holds_everything_and_has_no_timer(visit: Visits) -> None:
    """A card keeps what is left; in the gap nothing comes; nothing of ours is pending meanwhile."""
    count = """
      window.pending = new Set();
      const start = window.setTimeout, cancel = window.clearTimeout;
      window.setTimeout = (task, ms) => { const id = start(() => { pending.delete(id); task(); }, ms);
        pending.add(id); return id; };
      window.clearTimeout = (id) => { pending.delete(id); cancel(id); };
    """
    v = visit(EVENTS, {"displayFor": 4, "displayInterval": 2}, clock=True, init=count)
    v.run(1)
    v.see()
    v.run(1)
    v.hide_tab(True)
    v.run(10, step=1)
    assert v.told("hide") == []
    assert v.js("pending.size") == 0
    v.hide_tab(False)
    v.run(3.5)
    assert v.told("hide") == [3]
    v.hide_tab(True)
    v.run(10, step=1)
    assert v.shown() == [3]
    assert v.js("pending.size") == 0
    v.hide_tab(False)
    v.run(3)
    assert v.shown() == [3, 2]
    v.js("fomo.trigger('stop')")
    assert v.js("pending.size") == 0


@pytest.mark.criterion(57)
def test_a_sleep_of_an_hour_brings_no_burst(visit: Visits) -> None:
    v = visit(EVENTS, {"displayFor": 2, "displayInterval": 1}, clock=True)
    v.run(1)
    v.see()
    v.page.clock.fast_forward(3_600_000)
    v.run(0.5)
    assert len(v.shown()) <= 2
    v.run(3)
    assert len(v.shown()) <= 3


@pytest.mark.criterion(58)
def test_no_more_than_maximum_per_page_until_the_count_is_reset(visit: Visits) -> None:
    settings = {"displayFor": 1, "displayInterval": 1, "maximumPerPage": "2", "loopNotification": True}
    v = visit(EVENTS, settings, clock=True)
    v.run(12, step=1)
    assert v.shown() == [3, 2]
    assert v.js("fomo.whyDisabled()") == "maximum"
    v.js("fomo.trigger('start')")
    v.run(4)
    assert v.shown() == [3, 2]
    v.js("fomo.trigger('resetCount'); fomo.trigger('start')")
    v.run(12, step=1)
    assert v.shown() == [3, 2, 1, 3]


@pytest.mark.criterion(59)
@pytest.mark.parametrize("settings", [{}, {"loopNotification": True}, {"loopNotification": True, "randomize": True}])
def test_loop_and_random_order(visit: Visits, settings: dict[str, Any]) -> None:
    """Without a loop each once; with it round after round, and no repeat within a round."""
    v = visit(EVENTS, {"displayFor": 1, "displayInterval": 1, **settings}, clock=True)
    v.run(19, step=0.5)
    shown = v.shown()
    if not settings:
        assert shown == [3, 2, 1]
        assert v.js("fomo.whyDisabled()") == "no_events"
        return
    for start in range(0, 6, 3):
        assert sorted(shown[start : start + 3]) == [1, 2, 3]
    if not settings.get("randomize"):
        assert shown[:6] == [3, 2, 1] * 2


def test_a_new_event_is_next_as_soon_as_the_feed_has_it(visit: Visits) -> None:
    """The feed is fetched again before the first card of another bucket, and the newest unseen one wins."""
    feed = [event(2), event(1)]
    v = visit(feed, {"displayFor": 2, "displayInterval": 40, "loopNotification": True}, clock=True)
    v.run(1)
    v.see()
    feed.insert(0, event(3))
    v.run(42, step=1)
    v.run(2)
    assert v.shown() == [2, 3]
    assert len([path for path in v.widget_requests if path.startswith("js-obj")]) >= 2


@pytest.mark.criterion(60)
@pytest.mark.parametrize(
    ("opened", "closed"),
    [
        ("dialog.showModal()", "dialog.close()"),
        ("dialog.showModal()", "dialog.remove()"),
    ],
)
def test_an_open_dialog_holds_everything(visit: Visits, opened: str, closed: str) -> None:
    """No new card; one that stands keeps its time; also where the dialog is just taken out of the page."""
    v = visit(EVENTS, {"displayFor": 3, "displayInterval": 1}, body="<dialog id=dialog>Sign up</dialog>", clock=True)
    v.run(1)
    v.see()
    v.js(opened)
    v.run(8, step=1)
    assert v.told("show", "hide") == [3]
    v.js(closed)
    v.run(1.2)
    assert v.told("hide") == []
    v.run(5)
    assert v.shown() == [3, 2]


@pytest.mark.criterion(60)
def test_no_card_is_shown_into_an_open_dialog(visit: Visits) -> None:
    body = "<dialog id=dialog>Sign up</dialog><script>dialog.showModal()</script>"
    v = visit(EVENTS, body=body, clock=True)
    v.run(6, step=1)
    assert v.shown() == []
    v.js("dialog.close()")
    v.run(1)
    assert v.shown() == [3]


@pytest.mark.parametrize("settings", [{"displayFor": 0, "displayInterval": 0}, {"displayFor": -5, "displayInterval": "x"}])
def test_absurd_times_never_spin(visit: Visits, settings: dict[str, Any]) -> None:
    v = visit(EVENTS, {**settings, "loopNotification": True, "maximumPerPage": 1000}, clock=True)
    v.run(20, step=1)
    assert len(v.shown()) <= 17
