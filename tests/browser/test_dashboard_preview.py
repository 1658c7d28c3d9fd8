"""The preview in a browser: what is typed stands in the real card at once, and nowhere else before it is saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from tests.browser.visits import CARD
from tests.conftest import ClockedServer, DemoServer
from tests.engines.start import SEEN_AGENT
from tests.host_pages import HostPages
from tests.live import LiveApp
from tests.surfaces.dashboard.ground import Dashboard
from tests.surfaces.dashboard.test_design import notes

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FrameLocator, Page

pytestmark = pytest.mark.browser
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}, "user_agent": SEEN_AGENT}


@pytest.fixture
def desk(live_app: LiveApp) -> Dashboard:
    return Dashboard(live_app.server, live_app)


def log_in(page: Page, desk: Dashboard) -> Page:
    """As an editor of the application."""
    cookie = desk.as_role("editor").cookies["tidings_session"]
    page.context.add_cookies([{"name": "tidings_session", "value": cookie, "url": desk.server.base_url}])
    return page


def go(page: Page, desk: Dashboard, path: str) -> FrameLocator:
    page.goto(desk.server.base_url + desk.base + path)
    return page.frame_locator("iframe.is-here")


def displays(app: LiveApp) -> dict[str, int]:
    stats = app.request("GET", "/get_statistics").json()["stats"]
    return {name: stats[name] for name in ("display", "hover", "click", "close")}


NONE = {"display": 0, "hover": 0, "click": 0, "close": 0}


def test_a_wording_that_is_typed_stands_in_the_card(
    desk: Dashboard, new_page: Callable[..., Page], page_errors: list[str]
) -> None:
    app = desk.application
    app.post_event(first_name="Ada", city=None, title="Clay pots", url="https://shop.example/pots")
    page = log_in(new_page(**DESK), desk)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    frame = go(page, desk, f"/templates/{app.event_type_id}")
    expect(frame.locator(CARD)).to_contain_text("Ada just bought Clay pots")
    page.get_by_label("Wording").fill("{{ first_name }} was pleased with {{ linked_title }}")
    expect(frame.locator(CARD)).to_contain_text("Ada was pleased with Clay pots")
    expect(page.locator("iframe")).to_have_count(1)
    # A display counts after a second, and a click leads nowhere in here: neither is told to anybody.
    page.evaluate("new Promise((resolve) => setTimeout(resolve, 1_300))")
    # Playwright misses what lies in a frame that is drawn smaller.
    frame.locator(CARD).locator("a").first.dispatch_event("click", {"cancelable": True, "bubbles": True})
    expect(page.locator("[data-status]")).to_contain_text("A click leads to https://shop.example/pots?utm_source=fomo")
    expect(frame.locator("h1")).to_have_text("A page of your shop")
    assert displays(app) == NONE
    assert [item["message"] for item in app.feed()] == ["Ada just bought Clay pots"]
    assert notes(desk) == []
    assert all(url.startswith(desk.server.base_url) for url in sent)
    assert not page_errors


def test_the_frame_has_no_origin(desk: Dashboard, new_page: Callable[..., Page]) -> None:
    page = log_in(new_page(**DESK), desk)
    frame = go(page, desk, "/design")
    frame.locator(CARD).wait_for()
    inside = page.frames[-1]
    assert inside.evaluate("origin") == "null"
    for reach in ("parent.document", "document.cookie", "localStorage", "top.location.href"):
        assert "SecurityError" in inside.evaluate(
            f"() => {{ try {{ return String({reach}) }} catch (e) {{ return e.name }} }}"
        )
    # Without an event there are examples, which say so.
    expect(frame.locator(".strip")).to_contain_text("Examples: there is no real event yet")
    expect(frame.locator(CARD)).to_contain_text("Example 1 from Example City")


def test_a_mistake_is_marked_and_the_card_stays(desk: Dashboard, new_page: Callable[..., Page]) -> None:
    app = desk.application
    app.post_event(first_name="Ada", city=None, title="Clay pots")
    page = log_in(new_page(**DESK), desk)
    frame = go(page, desk, f"/templates/{app.event_type_id}")
    expect(frame.locator(CARD)).to_contain_text("Clay pots")
    wording = page.get_by_label("Wording")
    wording.fill("{{ first_name }} has {{7919*7907}}")
    expect(page.locator("mark")).to_have_text("7919")
    expect(wording).to_have_attribute("aria-invalid", "true")
    expect(frame.locator(CARD)).to_contain_text("just bought Clay pots")
    assert "62615533" not in page.content()
    wording.fill("{{ title }} are gone")
    expect(frame.locator(CARD)).to_contain_text("Clay pots are gone")
    expect(page.locator("mark")).to_have_count(0)


def test_what_is_clicked_in_and_rows_of_rules(desk: Dashboard, new_page: Callable[..., Page]) -> None:
    app = desk.application
    page = log_in(new_page(**DESK), desk)
    go(page, desk, f"/templates/{app.event_type_id}")
    wording = page.get_by_label("Wording")
    wording.fill("Hello ")
    page.get_by_role("button", name="first_name", exact=True).click()
    page.get_by_text("Filters, conditions").click()
    page.get_by_role("button", name="| upcase", exact=True).click()
    expect(wording).to_have_value("Hello {{ first_name | upcase }}")
    page.get_by_role("button", name="Add a rule").click()
    page.get_by_label("Path of rule 1").fill("/shop/*")
    page.get_by_role("button", name="Add a rule").click()
    page.get_by_label("Rule 2", exact=True).select_option("exclude")
    page.get_by_label("Path of rule 2").fill("/shop/cart")
    page.get_by_role("button", name="Add a rule").click()
    page.get_by_role("button", name="Remove rule 3").click()
    # Enter in a field saves; it does not press the first button of the rows.
    page.get_by_label("Name", exact=True).press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Saved.")
    [saved] = app.request("GET", "/event_types").json()
    assert saved["message"] == "Hello {{ first_name | upcase }}"
    assert saved["page_rules"] == [{"match": "include", "path": "/shop/*"}, {"match": "exclude", "path": "/shop/cart"}]


def test_a_design_by_day_and_by_night_on_a_phone_and_at_a_desk(desk: Dashboard, new_page: Callable[..., Page]) -> None:
    desk.application.post_event(first_name="Ada", city=None, title="Clay pots")
    page = log_in(new_page(**DESK, color_scheme="light"), desk)
    frame = go(page, desk, "/design")
    card = frame.locator(CARD)
    ground = "(card) => getComputedStyle(card).backgroundColor"
    page.locator(".theme-card", has_text="Bold").click()
    expect(frame.locator(".fomo-notification-bold")).to_be_visible()
    assert card.evaluate(ground) == "rgb(255, 212, 58)"
    page.locator("label", has_text="Night").click()
    expect(frame.locator("html.dark")).to_have_count(1)
    card.wait_for()
    assert card.evaluate(ground) == "rgb(22, 19, 8)"
    page.get_by_label("Background by night", exact=True).fill("#402010")
    expect(card).to_have_css("background-color", "rgb(64, 32, 16)")
    page.get_by_label("Background by night", exact=True).fill("#ffd43a")
    expect(page.locator("[data-notes]")).to_contain_text("1.0 to 1 by night")
    page.locator("label", has_text="Desktop").click()
    expect(page.frame_locator("iframe.is-here").locator("html")).to_be_visible()
    expect(card).to_be_visible()
    assert page.frames[-1].evaluate("innerWidth") == 1280
    stage = page.locator("[data-stage]").bounding_box()
    drawn = page.locator("iframe.is-here").bounding_box()
    assert stage
    assert drawn
    # Of the wide page the corner that has the card, at a size that can be read.
    assert drawn["width"] == pytest.approx(960, abs=3)
    assert drawn["x"] == pytest.approx(stage["x"], abs=3)
    assert drawn["y"] + drawn["height"] == pytest.approx(stage["y"] + stage["height"], abs=3)
    page.locator("label", has_text="Top right").click()
    expect(page.locator("[data-stage][data-corner=top_right]")).to_be_visible()
    drawn = page.locator("iframe.is-here").bounding_box()
    assert drawn
    assert drawn["x"] + drawn["width"] == pytest.approx(stage["x"] + stage["width"], abs=3)
    assert drawn["y"] == pytest.approx(stage["y"], abs=3)
    # Each theme of the gallery is drawn by its own sheet.
    shown = page.locator(".theme-card", has_text="Bold").locator("section")
    assert shown.evaluate(ground) == "rgb(255, 212, 58)"


def test_what_keeps_it_from_showing_is_said(desk: Dashboard, new_page: Callable[..., Page]) -> None:
    desk.application.post_event(first_name="Ada", city=None, title="Clay pots")
    page = log_in(new_page(**DESK), desk)
    frame = go(page, desk, "/display")
    expect(frame.locator(CARD)).to_be_visible()
    page.get_by_label("Not on small screens").check()
    expect(page.locator("[data-status]")).to_contain_text("Nothing shows at this width")
    page.locator("label", has_text="Desktop").click()
    expect(frame.locator(CARD)).to_be_visible()
    frame = go(page, desk, "/advanced")
    expect(frame.locator(CARD)).to_be_visible()
    page.get_by_label("Wait for consent").check()
    expect(page.locator("[data-status]")).to_contain_text("It waits for consent")
    page.get_by_role("button", name="Give consent").click()
    expect(frame.locator(CARD)).to_be_visible()
    page.get_by_label("Wait for consent").uncheck()
    page.get_by_label("Only when the page asks").check()
    expect(page.locator("[data-status]")).to_contain_text("fomo.trigger('start')")
    page.get_by_role("button", name="Show the next").click()
    expect(frame.locator(CARD)).to_be_visible()
    page.get_by_label("As a list in the page").check()
    expect(frame.locator("#fomo_feed")).to_contain_text("Clay pots")
    assert displays(desk.application) == NONE


def test_the_line_for_the_console_takes_the_place_of_the_live_widget(
    desk: Dashboard, host_page: HostPages, new_page: Callable[..., Page], page_errors: list[str]
) -> None:
    app = desk.application
    app.request("PATCH", "", {"holdout_percent": 1, "page_load": 600})
    app.post_event(first_name="Ada", city=None, title="Clay pots")
    page = log_in(new_page(**DESK), desk)
    frame = go(page, desk, "/display")
    expect(page.locator("[data-status]")).to_contain_text("The first one comes after 600 s")
    page.get_by_label("Wait before the first").fill("0")
    expect(frame.locator(CARD)).to_be_visible()
    page.get_by_text("On a page of your own site").click()
    line = page.locator("[data-snippet] code").inner_text()
    shop = new_page(**DESK)
    shop.goto(host_page(f'<!doctype html><title>A shop</title><script src="{app.load_js}" async></script><h1>A shop</h1>'))
    shop.wait_for_function("window.fomo && fomo.whyDisabled && fomo.recentEvents.length")
    kept = shop.evaluate("localStorage.getItem(`fomo:${fomo.clientHash}`)")
    for _ in range(2):
        # Pasted twice, it begins anew.
        shop.evaluate(line)
        expect(shop.locator(CARD)).to_contain_text("Clay pots")
        expect(shop.locator("div#someone-purchased")).to_have_count(1)
    assert shop.evaluate("fomo.clientHash").startswith(f"{app.client_id}.")
    # What the real widget remembers of this browser stays as it was.
    assert shop.evaluate(f"localStorage.getItem('fomo:{app.client_id}')") == kept
    shop.evaluate("new Promise((resolve) => setTimeout(resolve, 1_300))")
    shop.evaluate("fomo.destroy()")
    assert displays(app) == NONE
    assert not page_errors


def test_what_is_saved_is_on_a_page_of_another_site_within_a_minute(
    clocked: ClockedServer, host_page: HostPages, new_page: Callable[..., Page]
) -> None:
    app = clocked.create_application("Shop with a clock")
    desk = Dashboard(clocked, app)
    app.post_event(first_name="Ada", city=None, title="Clay pots")
    tag = f'<!doctype html><title>A shop</title><script src="{app.load_js}" async></script><h1>A shop</h1>'
    shop = new_page(**DESK)
    shop.clock.install(time=clocked.now / 1_000)
    shop.goto(host_page(tag))
    shop.clock.run_for(3_000)
    expect(shop.locator(CARD)).to_contain_text("just bought Clay pots")
    page = log_in(new_page(**DESK), desk)
    go(page, desk, f"/templates/{app.event_type_id}")
    page.get_by_label("Wording").fill("{{ title }} are gone")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Saved.")
    # The page that is open has the new words with the next bucket.
    clocked.move_clock(41)
    shop.evaluate("fomo.trigger('stop'); fomo.trigger('start', true)")
    shop.clock.run_for(41_000)
    shop.evaluate("fomo.trigger('stop'); fomo.trigger('start', true)")
    shop.clock.run_for(2_000)
    expect(shop.locator(CARD)).to_contain_text("Clay pots are gone")
    # A page that is opened has them at once.
    other = new_page(**DESK)
    other.clock.install(time=clocked.now / 1_000)
    other.goto(host_page(tag))
    other.clock.run_for(3_000)
    expect(other.locator(CARD)).to_contain_text("Clay pots are gone")


def test_the_demo_shop_shows_what_is_not_saved(
    demo: DemoServer, new_page: Callable[..., Page], page_errors: list[str]
) -> None:
    page = new_page(**DESK)
    page.goto(f"{demo.base_url}/dashboard/log-in")
    page.get_by_label("E-mail").fill("owner@demo.example")
    page.get_by_label("Password").fill((demo.folder / "var" / "demo.password").read_text().strip())
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Demo shop", exact=True).first.click()
    page.get_by_role("link", name="Design").first.click()
    page.locator(".theme-card", has_text="Receipt").click()
    expect(page.frame_locator("iframe.is-here").locator(CARD)).to_be_visible()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open it on the demo shop").click()
    shop = opened.value
    expect(shop.locator(CARD)).to_be_visible()
    assert shop.evaluate("fomo.settings.theme") == "receipt"
    expect(shop.get_by_text("this page shows settings that are not saved")).to_be_visible()
    # Nobody else has it, and neither has the shop by itself.
    shop.goto(demo.shop_url)
    shop.wait_for_function("window.fomo?.settings")
    assert shop.evaluate("fomo.settings.theme") == "theme1"
    assert not page_errors


def test_without_scripts_the_frame_comes_with_the_page(desk: Dashboard, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, **DESK)
    page = log_in(context.new_page(), desk)
    page.goto(desk.server.base_url + desk.base + "/design")
    page.locator(".theme-card", has_text="Pill").click()
    page.get_by_role("button", name="Preview").click()
    expect(page.frame_locator("iframe").locator("h1")).to_have_text("A page of your shop")
    expect(page.get_by_label("Pill", exact=False).first).to_be_checked()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    assert desk.application.request("GET", "").json()["theme"] == "theme2"
    context.close()
