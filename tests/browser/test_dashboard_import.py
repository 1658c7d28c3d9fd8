"""Importing a shop's real export in the browser: sent, its columns named, looked at, run with its progress, reported."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.browser.dashboard_ground import DashboardServer

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
HEAD = "Name,Email,Created at,Lineitem name,Lineitem price,Billing Name,Billing City,Billing Country\r\n"
ROW = "#{number},buyer{number}@people.example,2026-01-{day:02} 10:22:33 -0500,Clay pot {number},30.00,Anna Berg,Malmö,SE\r\n"
ROWS = 900


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """What a shop's export looks like, with one row that has no time."""
    path = tmp_path / "orders_export.csv"
    rows = [ROW.format(number=number, day=number % 28 + 1) for number in range(ROWS)]
    path.write_text(HEAD + "".join(rows) + "#9999,,,Desk,1.00,Jo,Cork,IE\r\n", "utf-8", newline="")
    return path


def send(page: Page, dashboard: DashboardServer, export: Path) -> None:
    page.goto(f"{dashboard.base_url}/dashboard/applications/{dashboard.paths['empty']}/import")
    page.get_by_label("File").set_input_files(export)
    page.get_by_role("button", name="Send the file").click()
    page.wait_for_url(re.compile(r"/import/\d+$"))


def figures(page: Page) -> list[str]:
    return page.locator(".figure-value").all_inner_texts()


def test_a_shops_export_becomes_events(
    marketer: Callable[..., Page], dashboard: DashboardServer, export: Path, page_errors: list[str]
) -> None:
    page = marketer(viewport={"width": 1280, "height": 900})
    send(page, dashboard, export)
    assert page.get_by_label("What Name is").input_value() == "external_id"
    assert page.get_by_label("What Lineitem price is").input_value() == ""
    page.get_by_label("What Lineitem price is").select_option("further_field")
    page.get_by_role("button", name="Show the preview again").click()
    page.wait_for_url(re.compile("#preview"))
    preview = page.locator("#preview table")
    assert "Lineitem price: 30.00" in preview.inner_text()
    assert "1 Jan 2026, 15:22" in preview.inner_text()
    assert "buyer0@" not in preview.inner_text()
    page.get_by_role("button", name="Import 901 rows").click()
    # The page follows the import by itself.
    page.get_by_text("What came of it").wait_for(timeout=30_000)
    assert figures(page) == ["900", "0", "1"]
    assert "The row has no time" in page.locator(".refused-rows").inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all refused rows").click()
    assert "#9999" in download.value.path().read_text("utf-8-sig")
    page.get_by_text("Take its events out again").click()
    page.get_by_role("button", name="Delete 900 events").click()
    page.get_by_text("taken out", exact=True).wait_for(timeout=30_000)
    assert not page_errors


def test_it_is_done_without_scripts_and_on_a_phone(
    marketer: Callable[..., Page], dashboard: DashboardServer, export: Path
) -> None:
    page = marketer(viewport={"width": 390, "height": 800}, java_script_enabled=False)
    send(page, dashboard, export)
    page.get_by_role("button", name="Import 901 rows").click()
    for _ in range(100):
        if page.get_by_text("What came of it").count():
            break
        page.get_by_role("link", name="Look again").click()
    assert figures(page)[1:] == ["0", "1"]


def test_a_person_is_forgotten_after_a_look(
    marketer: Callable[..., Page], dashboard: DashboardServer, page_errors: list[str]
) -> None:
    page = marketer()
    page.goto(f"{dashboard.base_url}/dashboard/applications/{dashboard.paths['application']}/privacy")
    page.get_by_label("Your own id").fill("order-3999")
    page.get_by_role("button", name="See what there is").click()
    assert "1 event of this person" in page.locator("#found").inner_text()
    page.get_by_role("link", name="Leave it as it is").click()
    assert page.locator("#found").count() == 0
    with page.expect_download() as download:
        page.get_by_role("button", name="Download everything").click()
    assert '"record":"event"' in download.value.path().read_text("utf-8")
    assert not page_errors
