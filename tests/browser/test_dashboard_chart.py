"""The chart: drawn in light and dark, read by pointer and by keys, and what it says is what the table under it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page
    from tests.browser.dashboard_ground import DashboardServer

Marketer = Callable[..., "Page"]
pytestmark = pytest.mark.browser
# How many pixels of the drawing are nearly of a colour, given as a token of the style sheet.
PAINTED = """(canvas, token) => {
    const probe = document.createElement('canvas');
    probe.width = probe.height = 1;
    const pen = probe.getContext('2d');
    const mark = document.createElement('i');
    mark.style.color = `var(--${token})`;
    document.body.append(mark);
    pen.fillStyle = getComputedStyle(mark).color;
    mark.remove();
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let found = 0;
    for (let at = 0; at < data.length; at += 4) {
        const far = Math.abs(data[at] - red) + Math.abs(data[at + 1] - green) + Math.abs(data[at + 2] - blue);
        if (data[at + 3] > 200 && far < 24) found += 1;
    }
    return found;
}"""


def is_painted(page: Page, token: str, least: int) -> None:
    """Waits until so much of the drawing is of a colour: it is drawn with the next frame."""
    drawn = f"([token, least]) => ({PAINTED})(document.querySelector('[data-drawing] canvas'), token) > least"
    page.wait_for_function(drawn, arg=[token, least], timeout=15_000)


def opened(marketer: Marketer, dashboard: DashboardServer, query: str = "", **options: object) -> Page:
    page = marketer(**options)
    page.goto(f"{dashboard.base_url}/dashboard/applications/{dashboard.paths['application']}{query}")
    expect(page.locator("[data-drawing] canvas")).to_be_visible()
    return page


def slider(page: Page) -> Locator:
    return page.get_by_role("slider")


def table(page: Page) -> list[list[str]]:
    """The rows of the table, the oldest first: name, name before, then of each line its value and the one before."""
    rows = page.locator(".chart-table tbody tr")
    found: list[list[str]] = rows.evaluate_all(
        """(rows) => rows.map((row) => [...row.cells].flatMap((cell) => {
            const [now, under] = cell.childNodes;
            return [now.textContent, under.textContent.replace('before: ', '')];
        }))"""
    )
    return found[::-1]


def told(page: Page) -> tuple[str, str]:
    key = page.locator(".chart-key")
    return key.locator("[data-now]").inner_text(), key.locator("[data-before]").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_drawn_in_the_colours_of_the_scheme(marketer: Marketer, dashboard: DashboardServer, scheme: str) -> None:
    page = opened(marketer, dashboard, color_scheme=scheme)
    is_painted(page, "accent", 200)
    is_painted(page, "chart-before", 50)


def test_it_is_drawn_anew_when_the_scheme_changes(marketer: Marketer, dashboard: DashboardServer) -> None:
    page = opened(marketer, dashboard, color_scheme="light")
    page.emulate_media(color_scheme="dark")
    is_painted(page, "accent", 200)
    page.locator(".sidebar .account summary").click()
    page.locator(".sidebar").get_by_role("button", name="Light").click()
    is_painted(page, "accent", 200)


@pytest.mark.parametrize(
    "query",
    ["?range=7", *(pytest.param(query, marks=pytest.mark.slow) for query in ("?range=30", "?range=365")), "?range=1"],
)
def test_every_point_says_by_keys_what_the_table_says(marketer: Marketer, dashboard: DashboardServer, query: str) -> None:
    page = opened(marketer, dashboard, query)
    rows = table(page)
    for place, name in enumerate(("Displays", "Clicks", "Conversions", "Revenue")):
        page.get_by_role("button", name=name, exact=True).click()
        expect(slider(page)).to_have_accessible_name(re.compile(rf"^{name}, "))
        slider(page).focus()
        page.keyboard.press("Home")
        for number, row in enumerate(rows):
            now, before = (f"{row[2 + 2 * place]}, {row[0]}", f"{row[3 + 2 * place]}, {row[1]}")
            assert told(page) == (now, before)
            assert slider(page).get_attribute("aria-valuenow") == str(number + 1)
            assert slider(page).get_attribute("aria-valuetext") == f"{now}; before: {before}"
            page.keyboard.press("ArrowRight")
        # It ends at the last one that is here.
        assert slider(page).get_attribute("aria-valuenow") == slider(page).get_attribute("aria-valuemax")
        assert len(rows) == int(slider(page).get_attribute("aria-valuemax") or 0)


def test_a_pointer_reads_the_nearest_point(marketer: Marketer, dashboard: DashboardServer) -> None:
    page = opened(marketer, dashboard, "?range=7")
    rows = table(page)
    over = page.locator("[data-drawing] .u-over")
    box = over.bounding_box()
    assert box
    for place in (0, 2, 5):
        page.mouse.move(box["x"] + box["width"] * place / 6 + 3, box["y"] + 40)
        assert told(page)[0] == f"{rows[place][2]}, {rows[place][0]}"
    page.mouse.move(0, 0)


def test_the_way_by_keys_alone(marketer: Marketer, dashboard: DashboardServer) -> None:
    """From the first button of the chart to the slider and on into the table."""
    page = opened(marketer, dashboard)
    page.get_by_role("button", name="Displays", exact=True).focus()
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Revenue", exact=True)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Tab")
    expect(slider(page)).to_be_focused()
    page.keyboard.press("PageDown")
    assert slider(page).get_attribute("aria-valuenow") == "23"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".chart-table table")).to_be_visible()


def test_it_fits_where_it_stands(marketer: Marketer, dashboard: DashboardServer) -> None:
    page = opened(marketer, dashboard, viewport={"width": 1280, "height": 900})
    canvas, panel = page.locator("[data-drawing] canvas"), page.locator(".chart")
    for width in (390, 1920, 320, 800):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(
            "() => Math.abs(document.querySelector('[data-drawing] canvas').getBoundingClientRect().width"
            " - document.querySelector('[data-drawing]').clientWidth) <= 1"
        )
        inner, outer = canvas.bounding_box(), panel.bounding_box()
        assert inner
        assert outer
        assert inner["x"] >= outer["x"]
        assert inner["x"] + inner["width"] <= outer["x"] + outer["width"]


def test_without_scripts_there_is_the_table(marketer: Marketer, dashboard: DashboardServer) -> None:
    page = marketer(java_script_enabled=False)
    page.goto(f"{dashboard.base_url}/dashboard/applications/{dashboard.paths['application']}?range=7")
    expect(page.locator("[data-drawing]")).to_be_hidden()
    page.get_by_text("The figures as a table").click()
    expect(page.locator(".chart-table tbody tr")).to_have_count(7)
    page.get_by_role("link", name="12 months").click()
    expect(page.locator(".chart-table tbody tr")).to_have_count(52)
