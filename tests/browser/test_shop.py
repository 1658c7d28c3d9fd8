"""The demo shop in a real browser: what is bought in the page comes back as the next notification in its corner."""

import json
import re
import subprocess
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.axe import load_axe, violations
from tests.conftest import DemoServer

NewPage = Callable[..., Page]
# A turn of the feed is 40 s, and a card that stands when it comes keeps its time.
ARRIVAL = 60_000
pytestmark = pytest.mark.browser


def buy(page: Page, product: str, **words: str) -> None:
    """Buys through the page's own form, typing over what it is filled in with."""
    page.get_by_role("button", name=f"Buy {product}").click()
    for label, word in words.items():
        page.get_by_label(label.replace("_", " ").capitalize(), exact=True).fill(word)
    page.get_by_role("button", name="Buy", exact=True).click()


def card(page: Page, text: str = "just bought") -> Locator:
    """The card in the corner, once it says `text`."""
    return page.locator("#someone-purchased .fomo-notification-content", has_text=text)


@pytest.mark.timeout(180)
def test_a_purchase_and_the_page_s_curl_arrive_in_the_corner(demo: DemoServer, page: Page, page_errors: list[str]) -> None:
    page.goto(demo.shop_url)
    expect(card(page)).to_be_visible()  # one of the first day's sales

    buy(page, "Sweet pea seeds", first_name="Zoë", city="Örebro", country="Sweden")
    board = page.get_by_role("region", name="What is happening here")
    expect(board).to_contain_text("Zoë from Örebro bought Sweet pea seeds.")
    expect(board).to_contain_text("POST /api/v1/applications/me/events")
    expect(board).to_contain_text('"title": "Sweet pea seeds"')
    expect(board.locator("[data-step=database]")).to_contain_text(re.compile(r"On disk\. Event \d+\."))
    expect(board.locator("[data-step=corner]")).to_contain_text("Comes with the feed.")
    assert demo.token not in page.content()

    expect(card(page, "Zoë from Örebro just bought")).to_be_visible(timeout=ARRIVAL)
    expect(board.locator("[data-step=corner]")).to_contain_text("Shown at")
    expect(board.locator("[data-step=feed]")).to_contain_text("In the feed since")
    expect(page.get_by_role("status").filter(has_text="The notification is in the corner.")).to_have_count(1)

    command = page.evaluate("[...document.querySelectorAll('#curl code')].map((line) => line.textContent).join('\\n')")
    made = subprocess.run(["bash", "-c", command], cwd=demo.folder, capture_output=True, text=True, timeout=20)
    assert json.loads(made.stdout)["message"].startswith("Ines from Porto just bought")
    expect(card(page, "Ines from Porto just bought")).to_be_visible(timeout=ARRIVAL)
    assert not page_errors


def test_a_purchase_says_what_it_is_credited_to(demo: DemoServer, page: Page) -> None:
    """A conversion with the price; without a notification before it, after one was seen, after one was clicked."""
    page.add_init_script("window.fomo = {q: [['pause']]}")
    page.goto(demo.shop_url)
    credit = page.locator("#credit")
    expect(credit).to_be_hidden()
    buy(page, "Clay pots")
    expect(credit).to_contain_text("a conversion worth £16.00: no notification came before it.")
    page.evaluate("fomo.resume()")
    expect(card(page)).to_be_visible()
    page.wait_for_timeout(1200)  # a display is a second in sight
    buy(page, "Garden twine")
    expect(credit).to_contain_text("you had seen the notification “")
    card(page).click()
    buy(page, "Garden twine")
    expect(credit).to_contain_text("you clicked the notification “")


def test_a_purchase_of_a_visitor_who_wants_privacy(demo: DemoServer, page: Page) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})")
    page.goto(demo.shop_url)
    buy(page, "Clay pots")
    expect(page.locator("#credit")).to_contain_text("asks for privacy, so the purchase did not count as a conversion.")


def test_it_works_without_scripts(demo: DemoServer, new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(demo.shop_url)
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    buy(page, "Clay pots", first_name="Bo", city="")
    expect(page).to_have_url(re.compile(r"/demo/\?order=IO-\w{8}#happening$"))
    board = page.get_by_role("region", name="What is happening here")
    expect(board).to_contain_text("Bo bought Clay pots.")
    expect(board.locator("[data-step=database]")).to_contain_text("On disk.")
    assert "The widget is a script" in page.content()

    before = page.url
    page.reload()
    assert page.url == before, "a reload shows the same order and makes no new one"


def test_a_form_opened_without_scripts_is_taken_over_by_them(demo: DemoServer, page: Page) -> None:
    page.goto(f"{demo.shop_url}?buy=garden-twine")
    expect(page.locator("#order:modal")).to_contain_text("Buy Garden twine")
    page.get_by_role("link", name="Not now").click()
    expect(page.locator("#order")).to_be_hidden()


def test_everything_is_in_reach_of_the_keyboard(demo: DemoServer, new_page: NewPage) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(demo.shop_url)
    snippet = page.locator("button[data-copy=snippet]")
    snippet.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("Copied.")
    expect(snippet).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(rf'<script src="{demo.base_url}/api/v1/[\w-]+/load\.js" async></script>', copied)

    page.get_by_role("button", name="Buy Iron gall ink").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("First name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Buy Iron gall ink")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What is happening here")).to_be_focused()


def test_a_refusal_and_silence_are_said_plainly(demo: DemoServer, page: Page) -> None:
    page.goto(demo.shop_url)
    page.route("**/demo/orders", lambda route: route.abort())
    buy(page, "Clay pots")
    expect(page.get_by_role("alert")).to_contain_text("The shop did not answer")
    page.get_by_role("link", name="Not now").click()
    page.unroute("**/demo/orders")

    buy(page, "Clay pots", city="x")
    refused = {
        "order": "IO-AAAAAAAA",
        "request": {"method": "POST", "url": f"{demo.base_url}/api", "headers": {}, "body": {"title": "Clay pots"}},
        "response": {"status": 401, "body": {"message": "Token is required."}},
        "reason": "Refused with 401: Token is required.",
        "feed": None,
    }
    page.route("**/demo/orders", lambda route: route.fulfill(json=refused))
    buy(page, "Clay pots")
    expect(page.locator("[data-step=api]")).to_contain_text("Refused with 401: Token is required.")
    expect(page.locator("[data-step=corner]")).to_contain_text("Not reached.")


def test_nothing_is_asked_of_other_hosts_and_no_rule_is_broken(demo: DemoServer, page: Page) -> None:
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(demo.shop_url)
    expect(card(page)).to_be_visible()
    buy(page, "Garden twine")
    expect(page.locator("[data-step=api]")).to_contain_text("Answered 200")
    assert not [url for url in asked if not url.startswith(demo.base_url + "/")]
    assert not said


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.slow)])
def test_axe_finds_nothing(demo: DemoServer, new_page: NewPage, width: int, scheme: str) -> None:
    page = new_page(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    page.goto(demo.shop_url)
    load_axe(page)
    expect(card(page)).to_be_visible()
    assert violations(page, frames=True) == []
    page.get_by_role("button", name="Buy Clay pots").click()
    assert violations(page, frames=True) == []
    page.get_by_role("button", name="Buy", exact=True).click()
    expect(page.locator("#receipt")).to_be_visible()
    assert violations(page, frames=True) == []


def test_nothing_scrolls_sideways_on_the_smallest_phone(demo: DemoServer, new_page: NewPage) -> None:
    page = new_page(viewport={"width": 320, "height": 640})
    page.goto(demo.shop_url)
    assert _overflow(page) == 0
    buy(page, "Airmail envelopes", first_name="Wolfeschlegelsteinhausenbergerdorff", city="x" * 80)
    expect(page.locator("#receipt")).to_be_visible()
    assert _overflow(page) == 0


def _overflow(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    wider: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return max(wider, 0)
