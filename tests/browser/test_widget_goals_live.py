"""Goals all the way: a real page, the real script, the real server, and the figures that its API gives."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from tests.browser.visits import CARD
from tests.commands import wait_until
from tests.host_pages import HostPages
from tests.live import LiveApp

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
# The widget has told that it is ready when its call of the queue has been answered.
READY = """() => { window.fomo ??= {q: []}; if (!window.asked) fomo.q.push(['on', 'goal', () => {}], ['isMobileDevice']);
  window.asked = true; return fomo.version && !fomo.q.length; }"""
TOTALS = ("count", "cents", "attributed_count", "attributed_cents", "held_count", "held_cents")


def make_goal(app: LiveApp) -> str:
    """A goal of this application, by the API that is Fathom's."""
    made = app.server.command_line("token", "create", "--app", str(app.id), "--json")
    assert made.returncode == 0, made.stderr
    headers = {"Authorization": f"Bearer {json.loads(made.stdout)['token']}"}
    answer = app.server.request("POST", f"/v1/sites/{app.row['site_id']}/events", headers, {"name": "Purchase"})
    assert answer.status == 200, answer.text
    goal: str = answer.json()["id"]
    return goal


def sale(app: LiveApp, goal: str, pages: HostPages) -> str:
    """The address of a shop where paying leaves the page."""
    thanks = pages("<!doctype html><title>Thanks</title>", path="/thanks.html")
    pay = f'<a id=pay data-fomo-goal="{goal}" data-fomo-value=1999 href="{thanks}">Pay</a>'
    return pages(f'<!doctype html><title>A shop</title><script async src="{app.load_js}"></script>{pay}')


def pay(page: Page, shop: str) -> None:
    page.goto(shop)
    page.wait_for_function(READY)
    page.locator("#pay").click()
    page.wait_for_url("**/thanks.html")


def totals(app: LiveApp) -> tuple[int, ...]:
    """As in TOTALS, of dollars."""
    rows: list[dict[str, Any]] = app.request("GET", "/conversions").json()["totals"]
    row = next((row for row in rows if row["currency"] == "dollar"), dict.fromkeys(TOTALS, 0))
    return tuple(row[name] for name in TOTALS)


@pytest.mark.criterion(109)
def test_from_the_notification_to_the_purchase(live_app: LiveApp, host_page: HostPages, visitors: Browser) -> None:
    """Shown, clicked, bought: one credited conversion with its value. Bought again without a click: one without credit."""
    goal = make_goal(live_app)
    assert live_app.request("PATCH", "", {"page_load": 0, "display_for": 60}).status == 200
    live_app.post_event(title="Ink", url=host_page("<!doctype html><title>Ink</title>", path="/ink.html"))
    shop, page = sale(live_app, goal, host_page), visitors.new_context().new_page()
    page.goto(shop)
    card = page.locator(CARD)
    card.wait_for()
    card.click(position={"x": 40, "y": 40})
    page.wait_for_url("**/ink.html*")
    pay(page, shop)
    wait_until("the conversion", lambda: totals(live_app) == (1, 1999, 1, 1999, 0, 0))
    pay(page, shop)
    wait_until("the second one", lambda: totals(live_app) == (2, 3998, 1, 1999, 0, 0))
    stats = live_app.request("GET", "/get_statistics").json()["stats"]
    assert (stats["conversions_count"], stats["click"]) == (1, 1)


@pytest.mark.criterion(109)
def test_a_hold_out_of_everybody(live_app: LiveApp, host_page: HostPages, visitors: Browser) -> None:
    """Nothing shows, and the purchase stands with those who saw nothing."""
    goal = make_goal(live_app)
    assert live_app.request("PATCH", "", {"page_load": 0, "holdout_percent": 100}).status == 200
    live_app.post_event(title="Ink")
    shop, page = sale(live_app, goal, host_page), visitors.new_context().new_page()
    page.goto(shop)
    page.wait_for_function("window.fomo && fomo.whyDisabled && fomo.whyDisabled() === 'held_out'")
    assert page.locator("#someone-purchased").count() == 0
    pay(page, shop)
    wait_until("the conversion", lambda: totals(live_app) == (1, 1999, 0, 0, 1, 1999))
    # The hour in which the share has changed is compared with nothing, so what was counted in it is read where it lies.
    lift = live_app.request("GET", "/lift").json()
    assert lift["without_notifications"] == {"visitors": 0, "converted": 0, "rate": None, "visits": 0}
    counted = "SELECT visits, visitors FROM visit_figures WHERE application_id = ?"
    with closing(sqlite3.connect(f"file:{live_app.server.database}?mode=ro", uri=True)) as database:
        assert database.execute(counted, (live_app.id,)).fetchall() == [(1, 1)]
