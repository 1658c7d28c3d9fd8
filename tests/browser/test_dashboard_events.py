"""The list of events as they come, and hostile texts in it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect
from tests.commands import ROOT
from tests.surfaces.dashboard.ground import Client, Dashboard

from tidings.domain import events
from tidings.domain.directory import read_entry
from tidings.records.event import EventDraft
from tidings.storage.applications import application_by_id

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page
    from tests.conftest import Live

pytestmark = pytest.mark.browser
CARD = "[part=card]:not([data-state])"
ROWS = "tr[data-place]"
DAY = 86_400


@pytest.fixture
def shop(live: Live) -> Dashboard:
    """A new application, by another name than that of the filled dashboard's fixture."""
    return Dashboard(live.server, live.new_application())


@pytest.fixture
def desk(shop: Dashboard, browser: Browser) -> Iterator[Callable[..., Page]]:
    """`desk(path)`: a page of one of its editors."""
    contexts: list[BrowserContext] = []

    def open_page(path: str, client: Client | None = None, **options: Any) -> Page:
        client = client or shop.as_role("editor")
        context = browser.new_context(**options)
        contexts.append(context)
        url = shop.server.base_url
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in client.cookies.items()])
        page = context.new_page()
        page.goto(url + shop.base + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def post(shop: Dashboard, title: str, **fields: Any) -> int:
    return int(shop.application.post_event(title=title, **fields)["id"])


def titles(page: Page) -> list[str]:
    return [re.findall("Ink|Lamp|Mug", text)[0] for text in page.locator(ROWS).all_inner_texts()]


# -- live -----------------------------------------------------------------------------------------------------------


def test_the_first_event_appears_by_itself_and_the_next_ones_above_it(shop: Dashboard, desk: Callable[..., Page]) -> None:
    page = desk("/events")
    expect(page.get_by_role("heading", name="No event yet")).to_be_visible()
    expect(page.locator("[data-live-box]")).to_be_hidden()
    page.evaluate("window.same = true")
    post(shop, "Ink")
    expect(page.locator(ROWS)).to_have_count(1, timeout=10_000)
    expect(page.locator(ROWS)).to_contain_text("Ink")
    expect(page.locator(ROWS).first).to_be_visible()
    expect(page.get_by_role("heading", name="No event yet")).to_have_count(0)
    expect(page.locator("[data-live-said]")).to_have_text("1 new event")
    post(shop, "Lamp")
    post(shop, "Mug", created_at=int(time.time()) - DAY)
    expect(page.locator(ROWS)).to_have_count(3, timeout=10_000)
    # What is older than what stands there is not put above it: it has its place, as after a reload.
    assert titles(page) == ["Lamp", "Ink", "Mug"]
    assert page.evaluate("same") is True
    page.reload()
    assert titles(page) == ["Lamp", "Ink", "Mug"]


def test_what_is_further_back_is_told_and_not_shown(shop: Dashboard, desk: Callable[..., Page]) -> None:
    """The list has one more page: events of an import that belong there do not hang below the rows of this one."""
    now = int(time.time())
    with shop.connection() as connection:
        application = application_by_id(connection, shop.application.id)
        assert application is not None
        entry = read_entry(connection, application)

    def record(number: int, at: int) -> None:
        drafts = [
            EventDraft(event_type_tag="new_order", title="Ink", created_at=(at + one) * 1_000) for one in range(number)
        ]
        with shop.connection() as connection:
            events.record(connection, [events.new_event(entry, draft, b"", now * 1_000) for draft in drafts])

    record(52, now - 1_000)
    page = desk("/events")
    expect(page.locator(ROWS)).to_have_count(50)
    first = page.locator(ROWS).first.get_attribute("data-place")
    record(60, now - 90 * DAY)
    expect(page.locator("[data-live-further]")).to_have_text("60 more came, and stand further back.", timeout=10_000)
    expect(page.locator("[data-live-said]")).to_have_text("60 new events")
    assert page.locator(ROWS).count() == 50
    assert page.locator(ROWS).first.get_attribute("data-place") == first
    post(shop, "Mug", created_at=now - 980)
    post(shop, "Lamp")
    expect(page.locator(ROWS)).to_have_count(52, timeout=10_000)
    places = [row.get_attribute("data-place") for row in page.locator(ROWS).all()]
    page.reload()
    assert [row.get_attribute("data-place") for row in page.locator(ROWS).all()] == places[:50]


def test_it_stands_still_while_it_is_paused(shop: Dashboard, desk: Callable[..., Page]) -> None:
    post(shop, "Ink", created_at=int(time.time()) - 60)
    page = desk("/events")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/arrived" in request.url else None)
    with page.expect_request(lambda request: "/arrived" in request.url):
        pass
    page.get_by_role("button", name="Pause").click()
    page.wait_for_load_state("networkidle")
    before = len(asked)
    post(shop, "Lamp")
    page.wait_for_timeout(3_500)
    assert len(asked) == before
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.get_by_text("Paused")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(ROWS)).to_have_count(2, timeout=10_000)


def test_a_hidden_page_asks_for_nothing(shop: Dashboard, desk: Callable[..., Page]) -> None:
    post(shop, "Ink", created_at=int(time.time()) - 60)
    page = desk("/events")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/arrived" in request.url else None)
    hide = "(hidden) => {Object.defineProperty(document, 'hidden', {configurable: true, get: () => hidden});"
    turn = hide + "document.dispatchEvent(new Event('visibilitychange'))}"
    page.evaluate(turn, True)
    before = len(asked)
    post(shop, "Lamp")
    page.wait_for_timeout(3_500)
    assert len(asked) == before
    page.evaluate(turn, False)
    expect(page.locator(ROWS)).to_have_count(2, timeout=15_000)


def test_who_is_logged_out_is_told_and_asks_no_more(shop: Dashboard, desk: Callable[..., Page]) -> None:
    post(shop, "Ink")
    page = desk("/events")
    page.context.clear_cookies()
    expect(page.get_by_text("This page has no access any more")).to_be_visible(timeout=10_000)
    expect(page.locator(ROWS)).to_have_count(1)


def test_without_scripts_it_is_found_by_loading_again(shop: Dashboard, desk: Callable[..., Page]) -> None:
    page = desk("/events", java_script_enabled=False)
    post(shop, "Ink")
    page.get_by_role("link", name="Look for new events").click()
    expect(page.locator(ROWS)).to_contain_text("Ink")
    page.get_by_label("Search").fill("nothing like it")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("No event matches")).to_be_visible()


def test_one_is_added_changed_and_deleted_without_scripts(shop: Dashboard, desk: Callable[..., Page]) -> None:
    page = desk("/events/new", java_script_enabled=False)
    page.get_by_label("Title").fill("Fountain pen")
    page.get_by_label("When").fill("2026-01-02T03:04:05")
    page.get_by_label("First name").fill("Grace")
    page.get_by_role("button", name="Add the event").click()
    expect(page.get_by_text("2 Jan 2026, 03:04:05").first).to_be_visible()
    expect(page.get_by_text("By hand")).to_be_visible()
    page.get_by_role("link", name="Change").click()
    page.get_by_label("Title").fill("Better pen")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Better pen").first).to_be_visible()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete the event").click()
    expect(page.get_by_role("heading", name="No event yet")).to_be_visible()


# -- hostile texts --------------------------------------------------------------------------------------------------


def hostile_texts() -> list[str]:
    """Every text that a row of the case files would have in an event, beside some of the sort."""
    found = {
        "</title><script>alert(1)</script>",
        '"><img src="https://evil.example/x.png" onerror=alert(1)>',
        "' autofocus onfocus=alert(1) x='",
        "{{ 7919*7907 }}{% raw %}",
        "javascript:alert(1)",
        "<svg/onload=alert(1)>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    }
    for line in (ROOT / "tests/cases/bad_inputs.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["surface"] != "events_api":
            continue
        try:
            body = json.loads(row["request"].get("body", ""))
        except ValueError:
            continue
        event = body.get("event") if isinstance(body, dict) else None
        for value in event.values() if isinstance(event, dict) else ():
            if isinstance(value, str) and "{" not in value[:2]:
                found.add(value[:255])
    return sorted(found)


def test_hostile_texts_are_text_everywhere(shop: Dashboard, desk: Callable[..., Page]) -> None:
    """Row DB-025: no dialog, no word in the console, no request to anywhere else."""
    texts = hostile_texts()
    assert len(texts) > 30
    stored = []
    for number, text in enumerate(texts):
        event = {
            "event_type_id": shop.application.event_type_id,
            "title": text,
            "first_name": text,
            "city": text,
            "external_id": f"{number} {text}"[:255],
            "image_url": "https://evil.example/x.png",
            "url": "https://evil.example/?<script>" if number % 2 else "https://evil.example/",
            "custom_event_fields_attributes": [{"key": text or "k", "value": text}],
        }
        answer = shop.application.request("POST", "/events", {"event": event})
        if answer.status == 400:
            answer = shop.application.request("POST", "/events", {"event": event | {"url": "", "country": "NG"}})
        if answer.status == 200:
            stored.append((answer.json()["id"], text))
    assert len(stored) > 30
    client = shop.as_role("editor")
    page = desk("/events", client)
    wrong: list[str] = []
    base = shop.server.base_url
    page.on("dialog", lambda dialog: (wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda message: wrong.append(f"console {message.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error {error}"))
    page.on("request", lambda request: None if request.url.startswith((base, "data:")) else wrong.append(request.url))
    page.goto(f"{base}{shop.base}/events")
    assert page.locator(ROWS).count() == min(50, len(stored))
    # One comes while the page is open.
    shop.application.request("POST", "/events", {"event": {"event_type_tag": "new_order", "title": texts[0], "city": "<b>"}})
    expect(page.locator(f"{ROWS}.is-new")).to_have_count(1, timeout=10_000)
    for number, text in stored[::4]:
        page.goto(f"{base}{shop.base}/events/{number}")
        page.goto(f"{base}{shop.base}/events/{number}/edit")
        assert page.get_by_label("Title").input_value() == re.sub(r"\r\n?", "\n", text)
        page.goto(f"{base}{shop.base}/events/{number}/delete")
        page.goto(f"{base}{shop.base}/events?q={quote(text.replace(chr(0), ''))}")
        page.goto(f"{base}{shop.base}/why?url={quote('https://a.example/' + text.replace(chr(0), ''))}")
    assert [line for line in wrong if "status of 4" not in line] == []
    assert page.locator("script:not([src])").count() == 0
