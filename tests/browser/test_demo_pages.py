"""The demo's pages in a real browser: each behaviour of the widget on the page that shows it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from tests.browser.page_clock import go_on, stop
from tests.browser.visits import CARD

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route
    from tests.conftest import DemoServer

NewPage = Callable[..., "Page"]
pytestmark = pytest.mark.browser


@pytest.fixture
def opened(demo: DemoServer, new_page: NewPage, page_errors: list[str]) -> Iterator[Callable[..., Page]]:
    """Opens a page of the demo: `opened("manual", clock=True, events=[…])`; the test fails when it had an uncaught error."""

    def make(name: str, *, clock: bool = False, events: Any = None, **context: Any) -> Page:
        page = new_page(**({"viewport": {"width": 1280, "height": 800}} | context))
        if clock:
            stop(page)
        if events is not None:
            page.route("**/js-obj/**", lambda route: answer(route, events() if callable(events) else events))
        page.goto(f"{demo.shop_url}pages/{name}")
        return page

    yield make
    assert not page_errors


def answer(route: Route, events: Any) -> None:
    route.fulfill(body=json.dumps(events), content_type="application/json", headers={"Access-Control-Allow-Origin": "*"})


def event(number: int, **fields: Any) -> dict[str, Any]:
    words = {
        "message": f"Ada just bought Mug {number}",
        "time_ago": "1 minute ago",
        "link": f"https://shop.example/{number}",
    }
    return {"id": number, "event_type_id": 1, "first_name": "Ada", "title": f"Mug {number}", **words, **fields}


def diary(page: Page, kind: str) -> list[tuple[float, str]]:
    """What the page wrote down of one kind of event, oldest first: seconds and words."""
    rows = page.locator("#diary li").all_inner_texts()
    found = [re.split(r"\n+", row.strip()) for row in reversed(rows)]
    return [(float(row[0].removesuffix(" s")), row[2] if len(row) > 2 else "") for row in found if row[1] == f"fomo:{kind}"]


def card(page: Page) -> Locator:
    return page.locator(CARD)


def comes(page: Page, words: str) -> None:
    """Let the clock of the page go on until a card is there, which says that."""
    for _ in range(20):
        if card(page).count():
            break
        go_on(page, 0.5)
    expect(card(page)).to_contain_text(words)


def test_automatic_keeps_its_pace_its_loop_and_its_maximum(opened: Callable[..., Page]) -> None:
    page = opened("automatic", clock=True, events=[event(3), event(2), event(1)])
    while not diary(page, "end"):
        go_on(page, 2)
    shown = diary(page, "show")
    assert [words[-1] for _, words in shown] == ["3", "2", "1", "3", "2"], "three in turn, from the first again, five in all"
    ready, end = diary(page, "ready")[0][0], diary(page, "end")[0]
    assert 2 <= shown[0][0] - ready <= 4
    gaps = [round(after - before, 1) for (before, _), (after, _) in pairwise(shown)]
    assert all(5 <= gap <= 7.5 for gap in gaps), gaps
    assert end[1] == "as many as this page allows"
    expect(card(page)).to_have_count(0)


def test_manual_shows_nothing_until_a_button_says_so(opened: Callable[..., Page]) -> None:
    page = opened("manual", clock=True, events=[event(number) for number in (8, 7, 6, 5, 4, 3, 2, 1)])
    go_on(page, 8)
    assert diary(page, "ready")
    assert not diary(page, "show")

    def press(name: str) -> None:
        page.get_by_role("button", name=name, exact=True).click()
        go_on(page, 1)

    press("Start")
    comes(page, "Mug 8")
    press("Stop")
    expect(card(page)).to_have_count(0)
    press("Start")
    comes(page, "Mug 7")  # what was seen is not shown again
    press("Stop")
    press("Start at the first")
    comes(page, "Mug 8")
    press("Stop")
    press("Start")
    comes(page, "Mug 7")
    press("Forget the order")
    press("Stop")
    press("Start")
    comes(page, "Mug 8")
    press("Stop")
    press("Show our own words")
    comes(page, "Posted by five today.")
    press("Show the newest")
    comes(page, "Mug 8")

    press("Start")
    go_on(page, 12)
    assert diary(page, "end")[-1][1] == "as many as this page allows"
    press("Start")
    go_on(page, 6)
    expect(card(page)).to_have_count(0)
    press("Forget the count")
    press("Start")
    comes(page, "Mug")


def test_manual_says_so_when_nothing_has_been_sold(opened: Callable[..., Page]) -> None:
    page = opened("manual", events=[])
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator("#diary")).to_contain_text("there is nothing further to show")
    page.get_by_role("button", name="Show the newest").click()
    expect(card(page)).to_contain_text("Nothing has been sold yet.")


def test_the_feed_fills_its_place_and_takes_in_what_is_sold(demo: DemoServer, opened: Callable[..., Page]) -> None:
    events = [event(number) for number in range(9, 0, -1)]
    page = opened("feed", clock=True, events=lambda: events)
    page.evaluate(
        """() => { window.shifts = []; new PerformanceObserver((list) => window.shifts.push(...list.getEntries()))
             .observe({type: 'layout-shift', buffered: true}); }"""
    )
    box = page.locator("#fomo_feed")
    assert box.evaluate("(box) => box.offsetHeight") == 384
    go_on(page, 2)
    expect(box.locator("li")).to_have_count(9)
    assert box.evaluate("(box) => box.offsetHeight") == 384
    moved = "[...new Set(shifts.flatMap((shift) => shift.sources.map(({node}) => node.nodeName)))]"
    assert page.evaluate(moved) == [], "its height was reserved"
    expect(card(page)).to_have_count(0)

    page.get_by_label("Who buys").fill("Wilhelmina")
    page.get_by_label("What").select_option("clay-pots")
    page.get_by_role("button", name="Sell").click()
    expect(page.locator("#sold")).to_contain_text(
        re.compile(r"Wilhelmina bought Clay pots: event \d+, in the list within \d\d")
    )
    (number,) = re.findall(r"event (\d+)", page.locator("#sold").inner_text())
    headers = {"Authorization": f"Token {demo.token}"}
    sold = demo.request("GET", f"/api/v1/applications/me/events/{number}", headers).json()
    assert sold["message"] == sold["message"].strip()
    assert (sold["first_name"], sold["title"]) == ("Wilhelmina", "Clay pots")

    events.insert(0, event(int(number), message="Wilhelmina just bought Clay pots"))
    go_on(page, 50)
    expect(box.locator("li").first).to_contain_text("Wilhelmina just bought Clay pots")
    expect(box.locator("li")).to_have_count(10)
    assert page.evaluate(moved) == ["LI"], "what is in the list makes room, nothing else on the page does"


def test_the_feed_has_words_for_a_shop_that_has_sold_nothing(opened: Callable[..., Page]) -> None:
    page = opened("feed", events=[])
    expect(page.locator("#fomo_feed")).to_have_css("height", "384px")
    told = page.locator("#fomo_feed").evaluate("(box) => getComputedStyle(box, '::before').content")
    assert told == '"Nothing has been sold yet."'


def test_the_strictest_policy_is_met_and_the_page_counts_what_is_not(opened: Callable[..., Page]) -> None:
    page = opened("strict-csp")
    expect(card(page)).to_be_visible()
    expect(card(page).locator("img")).to_have_js_property("complete", True)
    assert card(page).evaluate("(card) => getComputedStyle(card).position") == "fixed"
    assert page.evaluate("getComputedStyle(document.body).maxWidth") == "1168px", "the page is dressed as well"
    expect(page.locator("#violations")).to_have_text("0")
    page.get_by_role("button", name="Link a style sheet").click()
    expect(page.locator("#violations")).to_have_text("1")


def test_page_rules_follow_a_page_that_changes_its_address_and_its_body(opened: Callable[..., Page]) -> None:
    page = opened("spa/shelf", clock=True, events=[event(number) for number in range(9, 0, -1)])
    page.evaluate("window.same = true")
    go_on(page, 3)
    expect(card(page)).to_contain_text("Mug 9")

    page.get_by_role("link", name="Checkout").click()
    expect(page).to_have_url(re.compile("/demo/pages/spa/checkout$"))
    expect(page.get_by_role("heading", name="The checkout")).to_be_focused()
    expect(card(page)).to_contain_text("Mug 9")  # it stays for its time
    go_on(page, 12)
    expect(card(page)).to_have_count(0)
    expect(page.locator("#why")).to_have_text("page_rule")

    page.get_by_role("link", name="Desk").click()
    go_on(page, 3)
    expect(card(page)).to_contain_text("Mug 8")
    page.get_by_role("button", name="Swap the body").click()
    expect(card(page)).to_contain_text("Mug 8")
    go_on(page, 6)
    expect(card(page)).to_contain_text("Mug 7")
    expect(page.locator("#swaps")).to_contain_text("1 so far")

    page.go_back()
    expect(page.locator("#checkout")).to_be_visible()
    expect(page.locator("#desk")).to_be_hidden()
    assert page.evaluate("same"), "nothing was loaded anew"
    expect(page.locator("div#someone-purchased")).to_have_count(1)


def test_the_page_in_arabic_mirrors_the_card_and_keeps_its_corner(demo: DemoServer, opened: Callable[..., Page]) -> None:
    page = opened("right-to-left")
    shown = card(page)
    expect(shown).to_contain_text("طلب جديد من ليلى")
    assert (shown.get_attribute("dir"), shown.get_attribute("lang")) == ("rtl", "ar")
    expect(shown.get_by_role("button", name="عدم الإظهار مجددًا")).to_be_visible()
    outer = shown.bounding_box()
    picture = shown.locator("img").bounding_box()
    cross = shown.locator("#fomo-close").bounding_box()
    assert outer
    assert picture
    assert cross
    assert outer["x"] == 16, "the corner is that of the screen"
    assert cross["x"] < outer["x"] + outer["width"] / 2 < picture["x"]

    command = page.locator("#curl").evaluate("(pre) => [...pre.children].map((line) => line.textContent).join('\\n')")
    made = subprocess.run(["bash", "-c", command], cwd=demo.folder, capture_output=True, text=True, timeout=20)
    assert re.sub("[\u2066-\u2069]", "", json.loads(made.stdout)["message"]).startswith("طلب جديد من هدى، تونس: ")


def test_the_console_runs_every_call_and_shows_what_it_answers(opened: Callable[..., Page]) -> None:
    page = opened("console", events=[event(2), event(1)])
    page.get_by_role("button", name="Run fomo.explain()").click()
    expect(page.locator("#rows")).to_be_visible()
    rows = page.locator("#rows tbody tr")
    expect(rows).to_have_count(4)  # the page, two events, and what a goal would count as
    assert rows.nth(1).locator("td").all_inner_texts()[:3] == ["2", "Ada just bought Mug 2 1 minute ago", "yes"]

    def answered(call: str) -> str:
        row = page.locator("#calls li", has=page.get_by_role("button", name=f"Run {call}", exact=True))
        row.get_by_role("button").click()
        return row.locator("output").inner_text()

    assert answered("fomo.recentEvents") == "2 events, the newest: Ada just bought Mug 2"
    assert answered("fomo.trigger('dance')") == "false"
    assert answered("fomo.displayNotification({message: 'Back at two.'})") == "true"
    expect(card(page)).to_contain_text("Back at two.")
    assert answered("fomo.whyDisabled()") == '""'
    answered("fomo.trigger('mute')")
    expect(page.locator("#diary")).to_contain_text("fomo:mute")
    assert answered("fomo.whyDisabled()") == '"stopped"'
    page.get_by_role("button", name="Run fomo.explain()").click()
    expect(rows.first).to_contain_text("the visitor pressed “Stop showing these”")

    for button in page.locator("#calls button").all():
        button.click()
    assert not [row for row in page.locator("#calls output").all_inner_texts() if not row], "each has an answer"
    assert answered("fomo.version") == "There is no widget in this page any more: reload it."


def test_who_stopped_them_is_told_and_can_have_them_back(opened: Callable[..., Page]) -> None:
    page = opened("strict-csp")
    card(page).get_by_role("button", name="Stop showing these").click()
    expect(card(page)).to_have_count(0)
    page.goto(page.url.replace("strict-csp", "feed"))
    notice = page.locator("#notice")
    expect(notice).to_contain_text("You stopped the notifications in this browser")
    expect(page.locator(".fomo-feed-item")).to_have_count(0)
    notice.get_by_role("button", name="Show them again").click()
    expect(notice).to_be_empty()
    page.goto(page.url.replace("feed", "strict-csp"))
    expect(card(page)).to_be_visible()
