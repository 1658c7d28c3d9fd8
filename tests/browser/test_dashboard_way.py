"""The whole way of a marketer: from the set-up link to the figures, with the real dashboard, widget, curl and clock."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.commands import wait_until
from tests.conftest import ClockedServer
from tests.host_pages import HostPages

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
CARD = "[part=card]:not([data-state])"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ClockedServer]:
    """A new server that nobody has set up, with a clock that can be moved on."""
    with ClockedServer(tmp_path / "server") as server:
        yield server


def shown(page: Page) -> str:
    """What the card that stands on a page says."""
    card = page.locator(CARD)
    card.wait_for(timeout=10_000)
    return card.inner_text()


def go_to(page: Page, section: str) -> None:
    """By the navigation, as a person does."""
    page.get_by_role("navigation").get_by_role("link", name=section, exact=True).first.click()
    page.get_by_role("heading", level=1).wait_for()


def test_from_the_set_up_link_to_the_figures(
    server: ClockedServer, host_page: HostPages, new_page: Callable[..., Page], visitors: Browser, page_errors: list[str]
) -> None:
    desk = new_page(viewport={"width": 1280, "height": 900})

    # The set-up link that the first start printed.
    (link,) = re.findall(r"http://\S+/dashboard/set-up/\S+", server.log)
    desk.goto(link)
    desk.get_by_label("E-mail address").fill("ada@shop.example")
    desk.get_by_label("Name", exact=True).fill("Ada")
    desk.get_by_label("Password").fill("a garden of sweet peas")
    desk.get_by_role("button", name="Set up and log in").click()
    desk.wait_for_url("**/dashboard*")

    # An application: its token is shown this once.
    desk.get_by_role("link", name="New application").first.click()
    desk.get_by_label("Name", exact=True).fill("Ink & Onion")
    desk.get_by_label(re.compile("address|URL", re.IGNORECASE)).first.fill(host_page.origin)
    desk.locator("main form button[type=submit]").click()
    token = desk.get_by_role("region", name="Its token").locator("code").last.inner_text()
    snippet = desk.get_by_role("region", name="Put this into your pages").locator("code").last.inner_text()
    command = desk.get_by_role("region", name="Send the first event").locator("code").last.inner_text()
    assert token not in desk.url
    desk.get_by_role("link", name="To the overview").click()

    # The snippet into a page of the shop, which shows nothing yet.
    shop = host_page(f"<!doctype html><title>Ink &amp; Onion</title><h1>Ink &amp; Onion</h1>{snippet}")
    visitor = visitors.new_context().new_page()
    visitor.goto(shop)
    visitor.wait_for_function("window.fomo && fomo.whyDisabled")

    # "Is it installed?" looks at that page: this server may not be made to call what is on its own machine.
    go_to(desk, "Install")
    desk.get_by_role("button", name=re.compile("Look|Check")).click()
    desk.get_by_text("TIDINGS_OUTBOUND_ALLOWED_NETWORKS").first.wait_for()

    # The first event, by curl; it appears on the page of events by itself.
    go_to(desk, "Events")
    desk.get_by_text("No event yet").wait_for()
    ran = subprocess.run(
        ["bash", "-c", command], env={**os.environ, "TOKEN": token}, capture_output=True, text=True, timeout=20, check=True
    )
    assert '"error"' not in ran.stdout, ran.stdout
    row = desk.locator("table.events tbody tr").first
    row.wait_for(timeout=10_000)
    first_words = row.inner_text()

    # And in the corner of the shop.
    server.move_clock(41)
    visitor = visitors.new_context().new_page()
    visitor.goto(shop)
    before = shown(visitor)
    assert "just bought" in before
    assert before.split()[0] in first_words

    # Other words, another theme, another timing.
    go_to(desk, "Templates")
    desk.get_by_role("link", name="New order").first.click()
    desk.get_by_label("Wording").fill("{{ first_name }} could not resist {{ title }}")
    desk.get_by_role("button", name="Save", exact=True).last.click()
    desk.get_by_text("Saved").first.wait_for()
    go_to(desk, "Design")
    desk.locator("input[name=theme][value=receipt]").check(force=True)
    desk.get_by_role("button", name="Save", exact=True).last.click()
    desk.get_by_text("Saved").first.wait_for()
    go_to(desk, "Display")
    desk.locator("input[name=page_load]").fill("0")
    desk.locator("input[name=display_for]").fill("3")
    desk.get_by_role("button", name="Save", exact=True).last.click()
    desk.get_by_text("Saved").first.wait_for()

    # On the page of a visitor within a minute.
    server.move_clock(59)
    visitor = visitors.new_context().new_page()
    with visitor.expect_response("**/load.js") as answer:
        visitor.goto(shop)
    kept = re.search(r"max-age=(\d+)", answer.value.headers["cache-control"])
    assert kept is not None
    assert int(kept[1]) <= 60, "who was here before sees it in time, too"
    after = shown(visitor)
    assert "could not resist" in after
    settings = answer.value.text()
    assert '"theme":"receipt"' in settings
    assert '"displayFor":3' in settings
    visitor.goto("about:blank")

    # The figures.
    go_to(desk, "Overview")

    def displays() -> bool:
        desk.reload()
        return re.search(r"Displays\s*[12]\b", desk.locator("dl.figures").first.inner_text()) is not None

    wait_until("the displays are counted", displays)
    assert not page_errors
