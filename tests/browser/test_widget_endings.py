"""What ends, ends: stop, destroy and consent taken back, at every moment; and no card says an age that is past."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.browser.visits import event

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route
    from tests.browser.visits import Visits

pytestmark = pytest.mark.browser

EVENTS = [event(3), event(2), event(1)]
QUICK = {"displayFor": 2, "displayInterval": 1}


def holds(pattern: str, held: list[Route]) -> Any:
    """Keeps the answers to these addresses back, in `held`."""

    def before(page: Page) -> None:
        page.route(pattern, lambda route: held.append(route))

    return before


def test_a_pinned_widget_that_was_destroyed_stays_so(visit: Visits) -> None:
    """Also when its settings arrive after that."""
    server = visit.live.a.server
    version = server.get("/widget/integrity.json").json().popitem()[0]
    tag = (
        f'<script async src="{server.base_url}/widget/{version}/fomo.js" data-client-id="{visit.live.a.client_id}"></script>'
    )
    held: list[Route] = []
    v = visit(EVENTS, html=f"<!doctype html><title>A shop</title>{tag}", before=holds("**/settings.json", held))
    v.page.wait_for_function("window.fomo")
    v.quiet(0.3)
    assert held
    v.js("fomo.destroy()")
    held[0].continue_()
    v.quiet(0.5)
    assert v.told() == []
    assert v.page.locator("#someone-purchased").count() == 0


@pytest.mark.parametrize("call", ["fomo.trigger('stop')", "fomo.destroy()", "fomo.consent(false)"])
def test_an_end_during_the_first_load_is_one(visit: Visits, call: str) -> None:
    held: list[Route] = []
    v = visit(EVENTS, QUICK, before=holds("**/js-obj/**", held))
    v.page.wait_for_function("window.fomo")
    v.quiet(0.3)
    v.js(call)
    for route in held:
        route.fallback()
    v.quiet(0.7)
    assert v.shown() == []


def test_a_stop_in_the_queue_is_one(visit: Visits) -> None:
    """And a later start begins."""
    v = visit(EVENTS, QUICK, init="window.fomo = {q: [['trigger', 'stop']]};")
    v.quiet(0.6)
    assert (v.shown(), v.js("fomo.whyDisabled()")) == ([], "stop")
    v.js("fomo.trigger('start')")
    v.see()


@pytest.mark.parametrize("entry", ["null", "undefined", "{trigger: 'start'}", "'trigger'"])
def test_a_queue_entry_that_is_none_costs_a_warning(visit: Visits, entry: str) -> None:
    """The entries after it, and the widget, go on."""
    v = visit(EVENTS, QUICK, init=f"window.fomo = {{q: [{entry}, ['configure', {{position: 'top_left'}}]]}};")
    assert "top-left" in str(v.see().get_attribute("class"))
    v.js(f"fomo.q.push({entry})")
    assert len([line for line in v.console if line.startswith("warning: fomo:")]) == 2


def test_a_page_with_a_var_of_that_name_can_load_it_again(visit: Visits) -> None:
    v = visit(EVENTS, QUICK, head="<script>var fomo = window.fomo || {q: []};</script>")
    v.see()
    v.js("fomo.destroy()")
    assert v.js("window.fomo") is None
    v.js("(url) => document.head.append(Object.assign(document.createElement('script'), {src: url}))", visit.load_js)
    v.page.wait_for_function("window.fomo?.version")
    v.see()


def test_counts_that_wait_are_sent_before_the_end(visit: Visits) -> None:
    v = visit(EVENTS, {"displayFor": 60})
    v.see()
    v.page.wait_for_timeout(1200)  # the first display goes out at once; the close waits
    v.js("fomo.trigger('close')")
    with v.page.expect_request("**/track") as sent:
        v.js("fomo.destroy()")
    assert '"k":"close"' in str(sent.value.post_data)


def test_an_hour_in_another_tab_does_not_leave_an_old_age_standing(visit: Visits) -> None:
    """The card that stood goes at once, and the next one has today's words."""
    feed = [event(1, time_ago="2 minutes ago")]
    v = visit(feed, {"displayFor": 7, "displayInterval": 1, "loopNotification": True}, clock=True)
    v.run(2)
    v.see()
    v.hide_tab(True)
    v.page.clock.set_system_time(v.js("Date.now()") / 1000 + 3600)
    feed[0] = event(1, time_ago="1 hour ago")
    v.hide_tab(False)
    assert v.card.count() == 0
    v.run(3)
    assert v.see().locator("small").inner_text() == "1 hour ago"


def test_a_card_that_waited_an_hour_for_its_turn_is_not_shown(visit: Visits) -> None:
    """Its picture was decoded in a tab that was hidden meanwhile: it is fetched again first."""
    feed = [event(1, time_ago="2 minutes ago")]
    v = visit(feed, {"pageLoad": 2, **QUICK}, clock=True)
    v.run(1)
    v.hide_tab(True)
    v.run(2)
    v.page.clock.set_system_time(v.js("Date.now()") / 1000 + 3600)
    feed[0] = event(1, time_ago="1 hour ago")
    v.hide_tab(False)
    v.run(4)
    assert v.js("document.querySelector('#someone-purchased').shadowRoot.querySelector('small')?.textContent") in (
        None,
        "1 hour ago",
    )
    assert v.told("show") == [1]


def test_an_age_stays_true_beneath_a_dialog(visit: Visits) -> None:
    feed = [event(1, time_ago="1 minute ago")]
    v = visit(feed, {"displayFor": 600}, body="<dialog id=dialog>Sign up</dialog>", clock=True)
    v.run(2)
    v.see()
    v.js("dialog.showModal()")
    feed[0] = event(1, time_ago="2 minutes ago")
    v.run(60, step=5)
    assert v.card.locator("small").inner_text() == "2 minutes ago"


def test_the_rules_are_asked_at_the_moment_of_showing(visit: Visits) -> None:
    """The visitor has walked on to an excluded address while the picture was on its way."""
    held: list[Route] = []
    v = visit(
        [event(1, image_url="https://shop.example/slow.png")],
        {**QUICK, "pageRules": [{"match": "exclude", "path": "/checkout*"}]},
        clock=True,
        before=holds("**/slow.png", held),
    )
    v.run(1)
    v.js("history.pushState({}, '', '/checkout')")
    v.run(3)
    assert v.shown() == []
    v.js("history.pushState({}, '', '/')")
    v.run(8)
    assert v.shown()[:1] == [1]


def test_a_module_tag_can_ask_for_consent_too(visit: Visits) -> None:
    """It has no current script: its tag is looked for."""
    tag = f'<script type="module" src="{visit.load_js}" data-consent="required"></script>'
    v = visit(EVENTS, QUICK, html=f"<!doctype html><title>A shop</title>{tag}")
    v.quiet(0.6)
    assert v.js("fomo.whyDisabled()") == "consent"
    assert v.js("localStorage.length") == 0
    v.js("fomo.consent(true)")
    v.see()


def test_taking_consent_back_clears_the_session_of_an_earlier_page(visit: Visits) -> None:
    v = visit(EVENTS, {**QUICK, "consentRequired": True, "storage": "session"})
    v.page.wait_for_function("told.length")
    v.js("fomo.consent(true)")
    v.see()
    assert v.js("sessionStorage.length") == 1
    v.page.reload()
    v.page.wait_for_function("told.length")
    v.js("fomo.consent(false)")
    assert v.js("sessionStorage.length") == 0


def test_a_feed_that_is_away_says_no_age_and_is_asked_ever_more_rarely(visit: Visits) -> None:
    v = visit([event(1)], {"feedMode": True}, body='<div id="fomo_feed"></div>', clock=True)
    v.run(2)
    assert v.page.locator(".fomo-feed-time").inner_text() == "2 minutes ago"
    v.page.unroute("**/js-obj/**")
    asked: list[Route] = []
    v.page.route("**/js-obj/**", lambda route: (asked.append(route), route.abort()))
    v.run(3600, step=20)
    assert v.page.locator(".fomo-feed-time").inner_text() == ""
    assert v.page.locator(".fomo-feed-item").count() == 1
    assert len(asked) < 60
