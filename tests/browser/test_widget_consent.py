"""Nothing without consent where that is required, nothing stored where the owner wants it so; and automated browsers."""

from __future__ import annotations

from typing import Any

import pytest
from tests.browser.counting import Counting, count
from tests.browser.visits import Visit, Visits, event

pytestmark = pytest.mark.browser
EVENTS = [event(3), event(2), event(1)]
# What is stored under any name, wherever a page can store something.
STORED = """async () => [...Object.keys(localStorage), ...Object.keys(sessionStorage), document.cookie,
  ...(await indexedDB.databases?.() ?? []).map(({name}) => name)].filter(Boolean)"""
REQUIRED = ["tag", "setting"]


def asking(visit: Visits, where: str, head: str = "", **settings: Any) -> tuple[Visit, Counting]:
    """A page where consent is required, by the tag's attribute or by the application's setting."""
    counted = count(visit, EVENTS, displayFor=600, **({"consentRequired": True} if where == "setting" else {}), **settings)
    html = counted.html.replace("<script", f"{head}<script", 1)
    if where == "tag":
        html = html.replace("<script async", "<script data-consent=required async")
    return visit(counted.events, html=html), counted


def asked(v: Visit) -> list[str]:
    """What the page has asked for, by the first step of each path, itself left out."""
    return [path.partition("/")[0].partition("?")[0] for path in v.widget_requests]


@pytest.mark.criterion(48)
@pytest.mark.parametrize("where", REQUIRED)
def test_before_consent_there_is_nothing(visit: Visits, where: str) -> None:
    """No card, no node, no request but the script's, no key, no count, also where the page or its console pushes."""
    v, counted = asking(visit, where)
    v.page.wait_for_function("told.length")
    for call in ("trigger('start')", "trigger('start', true)", "initiate()", "runNotifications()", "pause()", "resume()"):
        v.js(f"fomo.{call}")
    assert v.js("fomo.displayNotification({message: 'x'})") is False
    v.quiet(1)
    assert v.js("[fomo.isFomoEnabled(), fomo.whyDisabled()]") == [False, "consent"]
    assert v.page.locator("#someone-purchased").count() == 0
    assert asked(v) == ["load.js"]
    v.hide_tab(True)
    v.quiet(0.2)
    assert v.js(STORED) == []
    assert counted.uploads == []


@pytest.mark.criterion(48)
@pytest.mark.parametrize("where", REQUIRED)
def test_with_consent_it_begins_and_with_its_end_it_forgets(visit: Visits, where: str) -> None:
    """One card, one count, one key; `consent(false)` takes the card, the key and all further counting away at once."""
    v, counted = asking(visit, where, displayInterval=0.25)
    v.page.wait_for_function("told.length")
    assert v.js("fomo.consent(true)") is True
    v.see()
    assert v.shown() == [3]
    counted.arrives(("display", 3))
    assert v.js(STORED) == [f"fomo:{counted.client_id}"]
    v.js("fomo.consent(false)")
    assert v.page.locator(".fomo-notification").count() == 0
    assert v.js(STORED) == []
    v.js("fomo.trigger('start')")
    v.quiet(0.5)
    v.hide_tab(True)
    v.hide_tab(False)
    v.quiet(0.3)
    assert v.shown() == [3]
    assert v.js("fomo.whyDisabled()") == "consent"
    assert len(counted.uploads) == 1
    v.js("fomo.consent(true)")
    v.see()
    assert len(v.shown()) == 2


@pytest.mark.criterion(48)
def test_consent_may_be_given_before_the_script_is_there(visit: Visits) -> None:
    """A consent banner knows it early: the stub queue tells it."""
    stub = "<script>window.fomo = window.fomo || {q: []}; fomo.q.push(['consent', true]);</script>"
    v, counted = asking(visit, "setting", head=stub)
    v.see()
    counted.arrives(("display", 3))


@pytest.mark.criterion(48)
def test_consent_is_a_yes_or_a_no(visit: Visits) -> None:
    """Anything else is not understood, and is no consent."""
    v, counted = asking(visit, "tag")
    v.page.wait_for_function("told.length")
    for value in ("", "'yes'", "1", "{}", "null", "undefined"):
        assert v.js(f"fomo.consent({value})") is False
    v.quiet(0.4)
    assert asked(v) == ["load.js"]
    assert counted.uploads == []


@pytest.mark.criterion(48)
def test_an_earlier_stop_outlives_consent(visit: Visits) -> None:
    """Who pressed "Stop showing these" sees nothing after agreeing on another page either."""
    v, _counted = asking(visit, "setting")
    v.page.wait_for_function("told.length")
    v.js("fomo.consent(true)")
    v.see().locator("#fomo-stop").click()
    v.page.reload()
    v.page.wait_for_function("told.length")
    v.js("fomo.consent(true)")
    v.quiet(0.5)
    assert v.js("fomo.whyDisabled()") == "stopped"
    assert v.shown() == []


@pytest.mark.criterion(44)
def test_storage_none_keeps_nothing_but_the_stop(visit: Visits) -> None:
    """The order lasts for the page view; a reload begins anew; the visitor's stop is kept all the same."""
    v = visit(EVENTS, {"storage": "none", "displayFor": 1, "displayInterval": 0.25})
    v.page.wait_for_function("told.filter(([type]) => type === 'show').length === 2")
    assert v.shown() == [3, 2]
    assert v.js(STORED) == []
    v.page.reload()
    v.see()
    assert v.shown() == [3]
    v.card.locator("#fomo-stop").click()
    assert v.js("Object.keys(localStorage)") == [f"fomo:{visit.live.a.client_id}"]
    assert v.js("Object.values(localStorage)[0]").isdigit()
    v.page.reload()
    v.quiet(0.5)
    assert v.shown() == []


@pytest.mark.criterion(44)
def test_storage_session_lasts_for_the_visit(visit: Visits) -> None:
    """In this tab's own storage: a reload goes on; the local storage has nothing but a stop."""
    v = visit(EVENTS, {"storage": "session", "displayFor": 600})
    v.see()
    key = f"fomo:{visit.live.a.client_id}"
    assert v.js("[Object.keys(sessionStorage), Object.keys(localStorage)]") == [[key], []]
    v.page.reload()
    v.see()
    assert v.shown() == [2]
    v.card.locator("#fomo-stop").click()
    assert v.js("Object.keys(localStorage)") == [key]
    v.page.reload()
    v.quiet(0.5)
    assert v.shown() == []
    again = v.page.context.new_page()
    again.goto(v.url)
    again.wait_for_function("window.fomo && fomo.whyDisabled")
    assert again.evaluate("[sessionStorage.length, fomo.whyDisabled()]") == [0, "stopped"]


@pytest.mark.criterion(98)
def test_an_automated_browser_sees_what_a_visitor_sees(visit: Visits) -> None:
    """Nothing is hidden from a driver, a test or a preview: `navigator.webdriver` is true here, and the card shows."""
    v = visit(EVENTS)
    assert v.js("navigator.webdriver") is True
    v.see()
    assert v.js("[fomo.isFomoEnabled(), fomo.whyDisabled()]") == [True, ""]
