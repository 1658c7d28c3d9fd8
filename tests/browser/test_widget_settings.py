"""The settings that decide where and how notifications show: page rules, the modes, and `fomo.configure()`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.browser.visits import event

if TYPE_CHECKING:
    from tests.browser.visits import Visits

pytestmark = pytest.mark.browser

EVENTS = [event(3), event(2), event(1)]
QUICK = {"displayFor": 1, "displayInterval": 1}


def rule(match: str, path: str) -> dict[str, str]:
    return {"match": match, "path": path}


@pytest.mark.criterion(97)
def test_a_page_rule_keeps_a_page_clean_until_the_visitor_walks_on(visit: Visits) -> None:
    """Nothing on an excluded address; after pushState to another one the cards come, and an open one stays."""
    v = visit(EVENTS, {**QUICK, "pageRules": [rule("exclude", "*")]}, clock=True)
    v.run(5)
    assert v.js("[fomo.isFomoEnabled(), fomo.whyDisabled()]") == [False, "page_rule"]
    assert v.page.locator("#someone-purchased").count() == 0
    assert v.shown() == []

    v = visit(EVENTS, {"displayFor": 4, "displayInterval": 1, "pageRules": [rule("include", "/here/*")]}, clock=True)
    v.run(3)
    assert v.shown() == []
    v.js("history.pushState({}, '', '/here/and/now')")
    v.run(2)
    assert v.shown() == [3]
    v.see()
    v.js("history.pushState({}, '', '/elsewhere')")
    assert v.card.count() == 1, "an open card stays"
    v.run(9)
    assert v.shown() == [3]
    assert v.js("String(history.pushState)").count("[native code]") == 1


@pytest.mark.criterion(97)
def test_an_event_types_own_rules_leave_out_its_events_alone(visit: Visits) -> None:
    """Events of a type that has no place here are passed over; they come where they have one."""
    events = [event(4, event_type_id=7), event(3, event_type_id=8), event(2, event_type_id=7), event(1, event_type_id=9)]
    settings = {**QUICK, "eventTypeRules": {"7": [rule("include", "/mugs")], "9": [rule("exclude", "/mugs")]}}
    v = visit(events, settings, clock=True)
    v.run(8)
    assert v.shown() == [3, 1]
    assert v.told("end") == [], "there is something left for another page"
    v.js("history.replaceState({}, '', '/mugs/')")
    v.run(20)
    assert v.shown() == [3, 1, 4, 2]
    assert v.told("end") == [None]


def test_a_phone_that_is_turned_gets_its_cards(visit: Visits) -> None:
    """`hide_mobile` goes by the width of this moment."""
    v = visit(EVENTS, {**QUICK, "hideMobile": True}, clock=True, viewport={"width": 400, "height": 800})
    v.run(3)
    assert v.js("fomo.whyDisabled()") == "mobile"
    v.page.set_viewport_size({"width": 800, "height": 400})
    v.run(2)
    assert v.shown() == [3]


def test_configure_before_the_start_chooses_the_mode(visit: Visits) -> None:
    """From the stub queue: nothing by itself, and what `trigger` then shows has the page's settings."""
    queue = "window.fomo = {q: [['configure', {manualTrigger: true, position: 'top_right', displayFor: 2}]]};"
    v = visit(EVENTS, clock=True, init=queue)
    v.run(8)
    assert v.shown() == []
    v.js("fomo.trigger('start')")
    v.run(0.5)
    assert "fomo-notification-position-top-right" in str(v.see().get_attribute("class"))
    v.run(2)
    assert v.told("hide") == [3]


def test_configure_while_it_runs(visit: Visits) -> None:
    """The next card has the new settings; turning off ends the series, turning on begins it again."""
    v = visit(EVENTS, QUICK, clock=True)
    v.run(0.5)
    assert "bottom-left" in str(v.see().get_attribute("class"))
    assert v.js("fomo.configure({position: 'bottom_right', themeCss: '.fomo-notification{outline:3px solid red}'})") is True
    assert v.card.evaluate("(card) => getComputedStyle(card).outlineWidth") == "3px"
    v.run(2)
    assert "bottom-right" in str(v.see().get_attribute("class"))
    v.js("fomo.configure({enabled: false})")
    v.run(4)
    assert v.shown() == [3, 2]
    v.js("fomo.configure({enabled: true})")
    v.run(2)
    assert v.shown() == [3, 2, 1]


@pytest.mark.parametrize("changes", ["{displayFr: 3}", "{displayFor: '3'}", "null", "'x'", "{pageRules: 1}", "undefined"])
def test_configure_refuses_what_it_does_not_know(visit: Visits, changes: str) -> None:
    """One warning, nothing changed, nothing thrown."""
    v = visit(EVENTS, QUICK)
    v.see()
    before = v.js("JSON.stringify(fomo.settings)")
    assert v.js(f"fomo.configure({changes})") is False
    assert v.js("JSON.stringify(fomo.settings)") == before
    assert len([line for line in v.console if line.startswith("warning: fomo:")]) == 1


def test_the_words_for_the_age_of_a_standing_card_stay_true(visit: Visits) -> None:
    """A card that is held for minutes says the age that the newest feed gives; one that the owner took away goes."""
    feed: list[dict[str, Any]] = [event(1, time_ago="1 minute ago")]
    v = visit(feed, {"displayFor": 600}, clock=True)
    v.run(1)
    assert v.see().locator("small").inner_text() == "1 minute ago"
    feed[0] = event(1, time_ago="2 minutes ago")
    v.run(59, step=5)
    assert v.card.locator("small").inner_text() == "2 minutes ago"
    assert str(v.card.locator("a").first.get_attribute("aria-label")).endswith("2 minutes ago")
    assert v.told("show", "hide") == [1]
    feed.clear()
    v.run(60, step=5)
    assert v.told("hide") == [1]
    assert v.card.count() == 0


def test_a_card_whose_feed_is_gone_does_not_grow_old(visit: Visits) -> None:
    """With the server away for longer than a bucket, the card goes rather than say a wrong age."""
    v = visit([event(1)], {"displayFor": 600}, clock=True)
    v.run(1)
    v.see()
    v.page.unroute("**/js-obj/**")
    v.page.route("**/js-obj/**", lambda route: route.abort())
    v.run(70, step=5)
    assert v.card.count() == 0
