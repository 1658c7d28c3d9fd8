"""Every page of the dashboard: for everybody, by day and by night, on the smallest phone, by keyboard, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from tests.browser.axe import RULES, load_axe, violations
from tests.browser.dashboard_pages import PAGES, DashboardPage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page
    from tests.browser.dashboard_ground import DashboardServer

Marketer = Callable[..., "Page"]
pytestmark = pytest.mark.browser
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
# What else depends on the scheme and the size.
SEEN = ("color-contrast", "target-size")
# Each scheme and each size once, all rules in the first; `make test-all` looks with all rules at the other two as well.
LOOKS = (("light", DESK, RULES), ("dark", PHONE, SEEN))
OTHER_LOOKS = (("light", PHONE, RULES), ("dark", DESK, RULES))
WATCH = """
window.broken = [];
document.addEventListener('securitypolicyviolation', (event) => broken.push([event.effectiveDirective, event.blockedURI]));
"""
OPEN = "(all) => all.forEach((details) => { if (!details.closest('.sidebar, .bar')) details.open = true; })"
OVERFLOW = """() => [...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5 && !one.closest('.unseen'))
    .filter(() => document.documentElement.scrollWidth > innerWidth)
    .slice(0, 3).map((one) => one.outerHTML.slice(0, 120))"""
# What somebody can act with, and what the keyboard does not get to.
UNREACHED = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [role=button]')]
    .filter((one) => one.checkVisibility() && !one.disabled && one.tabIndex < 0 && !one.matches('.unseen'))
    .map((one) => one.outerHTML.slice(0, 120))"""
LATER_FIRST = "() => [...document.querySelectorAll('[tabindex]')].filter((one) => one.tabIndex > 0).length"
# Where icons are drawn from, those that are not there.
NO_ICON = """async () => {
    const uses = [...document.querySelectorAll('use')].map((use) => use.getAttribute('href').split('#'));
    const [file] = uses[0] || [];
    const sprite = file && new DOMParser().parseFromString(await (await fetch(file)).text(), 'image/svg+xml');
    return uses.map(([, id]) => id).filter((id) => !sprite.getElementById(id));
}"""
MESSAGES_OF_OTHERS = re.compile(r"Tidings: a preview|\[DOM\]")


def looked_at(
    page: Page, server: DashboardServer, one: DashboardPage, looks: Sequence[tuple[str, Any, Sequence[str]]]
) -> list[Any]:
    """All that is wrong with one page."""
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("request", lambda request: asked.append(request.url))
    answer = page.goto(server.address(one))
    if answer is None or answer.status != one.status:
        return [("status", answer and answer.status)]
    wrong: list[Any] = []
    page.locator("details").evaluate_all(OPEN)
    page.set_viewport_size({"width": 320, "height": 640})
    wrong += [("runs over at 320 px", found) for found in page.evaluate(OVERFLOW)]
    wrong += [("no stop of the keyboard", found) for found in page.evaluate(UNREACHED)]
    wrong += [("no such icon", found) for found in page.evaluate(NO_ICON)]
    if page.evaluate(LATER_FIRST):
        wrong.append("a positive tabindex")
    wrong += [("against the policy", found) for found in page.evaluate("broken")]
    wrong += [("asked elsewhere", url) for url in asked if not url.startswith((server.base_url, "data:", "blob:"))]
    wanted = f"error: Failed to load resource: the server responded with a status of {one.status}"
    wrong += [line for line in said if not MESSAGES_OF_OTHERS.search(line) and not line.startswith(wanted)]
    # Last: axe puts sheets of its own into shadow trees, which the policy refuses.
    load_axe(page)
    for scheme, size, rules in looks:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size(size)
        wrong += [(scheme, size["width"], *found) for found in violations(page, rules)]
    return wrong


@pytest.fixture(scope="module")
def contexts(dashboard: DashboardServer, browser: Browser) -> Iterator[dict[bool, BrowserContext]]:
    """One for pages that are seen logged in, and one for those before."""
    made = {True: dashboard.log_in(browser), False: browser.new_context()}
    for context in made.values():
        context.add_init_script(WATCH)
    yield made
    for context in made.values():
        context.close()


@pytest.mark.parametrize("looks", [LOOKS, pytest.param(OTHER_LOOKS, marks=pytest.mark.slow)], ids=["", "others"])
@pytest.mark.parametrize("one", PAGES, ids=lambda one: one.name)
def test_a_page_is_for_everybody(
    dashboard: DashboardServer,
    contexts: dict[bool, BrowserContext],
    one: DashboardPage,
    looks: Sequence[tuple[str, Any, Sequence[str]]],
) -> None:
    """axe in light and in dark, nothing over at 320 px, all in reach, no word in the console, no other host asked."""
    page = contexts[one.log_in].new_page()
    try:
        assert looked_at(page, dashboard, one, looks) == []
    finally:
        page.close()


@pytest.mark.timeout(120)
def test_every_page_is_there_without_scripts(dashboard: DashboardServer, browser: Browser) -> None:
    wrong = []
    context = dashboard.log_in(browser, java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    for one in PAGES:
        if one.log_in:
            answer = page.goto(dashboard.address(one))
            whole = page.locator("main h1").count() == 1 and page.locator("main h1").is_visible()
            # A button that only a script would make work is not there.
            dead = [
                button.inner_text()
                for button in page.locator("main button[type=button]").all()
                if button.is_visible() and not button.get_attribute("popovertarget")
            ]
            if answer is None or answer.status != one.status or not whole or dead:
                wrong.append((one.name, answer and answer.status, whole, dead))
    page.goto(f"{dashboard.base_url}/dashboard")
    page.get_by_text("Menu", exact=True).click()
    expect(page.get_by_role("navigation", name="Sections (menu)").get_by_role("link", name="Applications")).to_be_visible()
    context.close()
    assert wrong == []


@pytest.mark.parametrize("path", ["/dashboard", "/dashboard/applications/{application}/settings"])
def test_the_keyboard_goes_through_a_page_in_its_order(dashboard: DashboardServer, marketer: Marketer, path: str) -> None:
    page = marketer(viewport={"width": 1280, "height": 900})
    page.goto(dashboard.base_url + path.format(**dashboard.paths))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    all_there = page.locator("a[href], button, input, select, textarea, summary").locator("visible=true")
    expected = all_there.evaluate_all("(all) => all.filter((one) => !one.disabled && one.type !== 'hidden').length")
    seen = page.evaluate_handle("new Set([document.activeElement])")
    for _ in range(expected + 3):
        page.keyboard.press("Tab")
        page.evaluate("(seen) => document.activeElement !== document.body && seen.add(document.activeElement)", seen)
    assert page.evaluate("(seen) => seen.size", seen) >= expected


def test_the_skip_link_leads_to_the_content(dashboard: DashboardServer, marketer: Marketer) -> None:
    page = marketer()
    page.goto(f"{dashboard.base_url}/dashboard")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_pages_that_only_a_form_leads_to_are_for_everybody(dashboard: DashboardServer, marketer: Marketer) -> None:
    """A refused form, what is shown once after an application was made, and a new token."""
    page = marketer(color_scheme="light", reduced_motion="reduce", viewport=DESK)

    def look() -> None:
        load_axe(page)
        assert violations(page) == []

    page.goto(f"{dashboard.base_url}/dashboard/applications/new")
    page.locator("main form").evaluate("(form) => { form.noValidate = true; }")
    page.get_by_label("Name").fill("Bulbs")
    page.get_by_label("Address").fill("bulbs")
    page.get_by_role("button", name="Make the application").click()
    expect(page.get_by_role("alert")).to_be_focused()
    look()
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("Address")).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("https://bulbs.example")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bulbs is there")
    look()
    page.get_by_role("link", name="To the overview").click()
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Settings").click()
    page.locator("#f-confirm_token").fill("Bulbs")
    page.get_by_role("button", name="Make a new token").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The new token")
    look()
    page.go_back()
    page.locator("#f-confirm_delete").fill("Bulbs")
    page.get_by_role("button", name="Delete the application").click()
    expect(page.get_by_role("status")).to_contain_text("The application is gone")
