"""What all pages of the dashboard share, in a real browser: menus, colours, copying, the switch, forms sent once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.browser.dashboard_ground import DashboardServer

Marketer = Callable[..., "Page"]
pytestmark = pytest.mark.browser


def test_menus_close_by_escape_and_by_a_click_elsewhere(dashboard: DashboardServer, marketer: Marketer) -> None:
    page = marketer(viewport={"width": 1280, "height": 900})
    page.goto(f"{dashboard.base_url}/dashboard/applications/{dashboard.paths['application']}/settings")
    switcher = page.locator(".sidebar .switcher")
    switcher.locator("summary").click()
    expect(switcher.get_by_role("link", name="Ink & Onion Journal")).to_be_visible()
    page.keyboard.press("Escape")
    expect(switcher.get_by_role("link", name="All applications")).to_be_hidden()
    expect(switcher.locator("summary")).to_be_focused()
    switcher.locator("summary").click()
    page.get_by_role("heading", level=1).click()
    expect(switcher.get_by_role("link", name="All applications")).to_be_hidden()


def test_chosen_colours_hold_on_the_next_page_from_its_first_frame(dashboard: DashboardServer, marketer: Marketer) -> None:
    page = marketer(viewport={"width": 1280, "height": 900}, color_scheme="light")
    page.goto(f"{dashboard.base_url}/dashboard")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.locator(".sidebar .account summary").click()
    page.locator(".sidebar").get_by_role("button", name="Dark").click()
    dark = page.evaluate(ground)
    assert dark != light
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => { window.first = document.documentElement.dataset.colours; })"
    )
    page.goto(f"{dashboard.base_url}/dashboard/account")
    assert page.evaluate("first") == "dark"
    assert page.evaluate(ground) == dark
    page.locator(".sidebar .account summary").click()
    expect(page.locator(".sidebar").get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.locator(".sidebar").get_by_role("button", name="Auto").click()
    assert page.evaluate(ground) == light


def test_a_form_is_sent_once_however_often_it_is_clicked(dashboard: DashboardServer, marketer: Marketer) -> None:
    page = marketer()
    page.goto(f"{dashboard.base_url}/dashboard/account")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="Save").first.dblclick(no_wait_after=True)
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    # What is there when a page comes is read out only where the keyboard is.
    expect(page.get_by_role("status")).to_be_focused()
    assert len(sent) == 1


def test_the_switch_answers_in_its_place_and_is_kept(dashboard: DashboardServer, marketer: Marketer) -> None:
    page = marketer()
    page.goto(f"{dashboard.base_url}/dashboard")
    page.evaluate("window.same = true")
    switch = page.get_by_role("switch", name="Notifications of Winter market")
    expect(switch).to_have_attribute("aria-checked", "false")
    for after in ("true", "false"):
        switch.click()
        expect(switch).to_have_attribute("aria-checked", after)
    assert page.evaluate("window.same"), "the page was not loaded anew"
    switch.press("Enter")
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(switch).to_be_focused()
    switch.press("Enter")
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    page.reload()
    expect(switch).to_have_attribute("aria-checked", "true")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")


def test_a_copy_button_copies_and_says_so(dashboard: DashboardServer, marketer: Marketer) -> None:
    page = marketer(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{dashboard.base_url}/dashboard/applications/{dashboard.paths['application']}/install")
    copy = page.locator(".copy").first
    copy.get_by_role("button").click()
    expect(copy.get_by_role("button")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == copy.locator("code").inner_text()


def test_where_copying_is_not_allowed_the_text_is_marked(dashboard: DashboardServer, marketer: Marketer) -> None:
    page = marketer()
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))")
    page.goto(f"{dashboard.base_url}/dashboard/applications/{dashboard.paths['application']}/install")
    copy = page.locator(".copy").first
    copy.get_by_role("button").click()
    expect(copy.get_by_role("button")).to_contain_text("Marked")
    assert page.evaluate("getSelection().toString()") == copy.locator("code").inner_text()


def test_cells_of_a_table_are_told_their_columns_on_a_phone(dashboard: DashboardServer, marketer: Marketer) -> None:
    page = marketer(viewport={"width": 390, "height": 844})
    page.goto(f"{dashboard.base_url}/dashboard/applications/{dashboard.paths['application']}/members")
    row = page.get_by_role("row").filter(has_text="Tom Hart")
    assert row.locator("td").evaluate_all("(cells) => cells.map((cell) => cell.dataset.label)")[0] == "E-mail address"
