"""Hostile events and strict pages: text stays text, only web addresses become links, no policy is violated."""

from __future__ import annotations

from typing import Any

import pytest
from tests.browser.visits import Visits, event

pytestmark = pytest.mark.browser

PAYLOADS = [
    "<img src=x onerror=window.__xss=1>",
    "<script>window.__xss=1</script>",
    "</script><script>window.__xss=1</script>",
    "<svg onload=window.__xss=1>",
    "\"><iframe srcdoc='<script>parent.__xss=1</script>'>",
    "';window.__xss=1;//",
    "a\u2028b\u2029c",
    "{{ constructor.constructor('window.__xss=1')() }}",
    "${window.__xss=1}",
    "\u202egnp.exe",
    "<!--<script>",
    "&lt;b&gt; &amp;amp; \\u003c",
]


@pytest.mark.criterion(27, 29)
def test_html_in_every_field_is_shown_as_text(visit: Visits) -> None:
    """Each payload in every member of an event, in every kind of part, and in a page's own object."""
    events = []
    for number, payload in enumerate(PAYLOADS, 1):
        fields = dict.fromkeys(["first_name", "city", "province", "country", "title", "message", "time_ago"], payload)
        parts: list[Any] = [payload, ["a", payload], ["b", payload], ["i", payload], [payload, payload], ["time"]]
        events.append(event(number, parts, **fields))
    v = visit(events, {"displayFor": 600})
    for number, payload in enumerate(PAYLOADS, 1):
        v.display(number)
        text = v.js("document.querySelector('#someone-purchased').shadowRoot.querySelector('p').textContent")
        assert text == payload * 5
    v.js("(message) => fomo.displayNotification({message})", PAYLOADS[0])
    v.page.wait_for_function("told.at(-1)[1] === undefined || told.at(-1)[1] === null")
    assert v.js("window.__xss") is None
    tags = v.js("[...new Set([...someonePurchased()].map((node) => node.localName))].sort()")
    assert tags == ["button", "div", "p", "section", "slot"]


ADDRESSES = [
    "javascript:window.__xss=1",
    "JaVaScRiPt:window.__xss=1",
    " javascript:window.__xss=1",
    "java\nscript:window.__xss=1",
    "data:text/html,<script>1</script>",
    "vbscript:msgbox(1)",
    "",
    "/undefined",
    "//evil.example/x",
    "http:evil.example",
    None,
    7,
]


@pytest.mark.criterion(28)
def test_only_web_addresses_become_links_or_images(visit: Visits) -> None:
    events = []
    for number, address in enumerate(ADDRESSES, 1):
        parts = ["Somebody bought ", ["a", "this"], " and ", ["a", "that", address]]
        events.append(event(number, parts, link=address, url=address, image_url=address))
    v = visit(events, {"displayFor": 600})
    for number in range(1, len(ADDRESSES) + 1):
        v.display(number)
        assert v.card.locator("a, img").count() == 0
        assert v.card.locator("p").first.text_content() == "Somebody bought this and that"
    assert len(v.requests) == 3, "the page, the script, the feed"


@pytest.mark.criterion(30)
def test_nothing_is_polluted_by_an_event(visit: Visits) -> None:
    """The feed is taken as JSON, where `__proto__` is a member like others."""
    hostile = event(1) | {"__proto__": {"x": 1}, "constructor": {"prototype": {"x": 1}}}
    v = visit([hostile, {"__proto__": {"x": 1}, "id": 2, "parts": [["__proto__", "y"]]}])
    v.see()
    assert v.js("[({}).x, [].x, fomo.x]") == [None, None, None]


JUNK: list[Any] = [None, 7, "x", [], {}, {"id": "a"}, {"id": 9, "parts": {}, "message": 3}, {"id": 9, "parts": [[]]}]


@pytest.mark.criterion(30)
def test_an_entry_that_is_no_event_is_left_out(visit: Visits) -> None:
    v = visit([*JUNK, event(1), *JUNK])
    v.see()
    assert v.js("fomo.recentEvents.map((event) => event.id)") == [1]


@pytest.mark.criterion(31, 50)
def test_links_and_images_tell_nothing_of_the_page(visit: Visits) -> None:
    """rel=noopener, and no Referer with the image; the click itself is the browser's own."""
    asked: list[dict[str, str]] = []

    def image(route: Any) -> None:
        asked.append(route.request.headers)
        route.fulfill(body="<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", content_type="image/svg+xml")

    v = visit(
        [event(1, image_url="https://images.example/1.svg")],
        before=lambda page: (page.route("https://images.example/*", image), page.route("https://shop.example/**", shop)),
    )
    card = v.see()
    assert card.locator("a").get_attribute("rel") == "noopener"
    assert "referer" not in asked[0]
    card.click(position={"x": 40, "y": 40})
    v.page.wait_for_url("https://shop.example/p/1?utm_source=fomo&utm_medium=notification")


def shop(route: Any) -> None:
    """The page that a card leads to."""
    route.fulfill(body="<title>Mug</title>", content_type="text/html")


STRICT = "default-src 'none'; script-src {w}; connect-src {w}; style-src 'none'; base-uri 'none'"


@pytest.mark.criterion(23)
def test_the_strictest_policy_is_not_violated(visit: Visits) -> None:
    v = visit(headers={"Content-Security-Policy": STRICT.format(w=visit.live.base_url)})
    card = v.see()
    style = card.evaluate("(card) => [getComputedStyle(card).position, getComputedStyle(card).borderRadius]")
    assert style == ["fixed", "12px"]
    assert v.js("violations") == []


@pytest.mark.criterion(24)
@pytest.mark.parametrize("policy", ["script-src {w}", "default-src 'none'; script-src {w}; style-src 'none'"])
def test_a_policy_that_lets_the_script_in_lets_the_feed_in(visit: Visits, policy: str) -> None:
    """Without connect-src the feed comes as a script; what is refused is the one connection that was tried."""
    v = visit(headers={"Content-Security-Policy": policy.format(w=visit.live.base_url)})
    v.see()
    assert all(line.startswith("connect-src ") for line in v.js("violations"))
    assert len(v.js("violations")) <= 1


@pytest.mark.criterion(25)
@pytest.mark.parametrize("script", ["'nonce-abc' 'strict-dynamic'", "'nonce-abc'"])
@pytest.mark.parametrize("connect", ["{w}", "'none'"])
def test_a_policy_of_nonces(visit: Visits, script: str, connect: str) -> None:
    """The tag's nonce serves for the feed, too, where that has to come as a script."""
    policy = f"script-src {script}; connect-src {connect.format(w=visit.live.base_url)}"
    tag = visit.tag.replace("<script", "<script nonce=abc")
    v = visit(html=f"<!doctype html><title>A shop</title>{tag}", headers={"Content-Security-Policy": policy})
    v.see()
    refused = v.js("violations.map((line) => line.split(' ')[0])")
    assert refused == ([] if connect == "{w}" else ["connect-src"])


@pytest.mark.criterion(26)
def test_trusted_types_none(visit: Visits) -> None:
    v = visit(headers={"Content-Security-Policy": "require-trusted-types-for 'script'; trusted-types 'none'"})
    v.see()
    v.card.locator("#fomo-close").click()
    assert v.js("violations") == []


@pytest.mark.criterion(99, 100)
def test_every_word_of_a_card_comes_from_the_feed_or_the_label_table(visit: Visits) -> None:
    """Text nodes, names and titles, with an image that fails, without a name, without a time, and of a page's own."""
    events = [
        event(1),
        event(2, first_name=None, time_ago=None),
        event(3, ["Sold: ", ["b", "x"], ["i", "y"], ["br"], ["a", "z", "https://z.example/"]], first_name="\U0001f600 Ann"),
        event(4, link=None, url=None, image_url="https://images.example/none.png"),
        event(5, message="Only a message") | {"parts": None},
    ]
    labels = {"region": "Label-1", "close": "Label-2", "stop": "Label-3"}
    v = visit(events, {"labels": labels, "displayFor": 600}, before=lambda page: page.route("**/none.png", _abort))
    payload = [*_texts(events), *labels.values()]
    for item in events:
        v.display(item["id"])
        words = v.js(
            """() => { const words = []; for (const node of someonePurchased(true)) {
              if (node.nodeType === 3) words.push(node.data);
              else for (const name of ['title', 'alt']) if (node.getAttribute?.(name)) words.push(node.getAttribute(name));
            } return words.filter((word) => word.trim()); }"""
        )
        assert words
        made_up = [word for word in words if not any(word in text for text in payload)]
        assert not made_up
        spoken = v.js("document.querySelector('#someone-purchased [role=status]').textContent")
        assert "".join(spoken.split()) == "".join(_said(item).split())


def _abort(route: Any) -> None:
    route.abort()


def _texts(value: Any) -> list[str]:
    """Every string in a JSON value."""
    if isinstance(value, dict):
        value = list(value.values())
    return [text for item in value for text in _texts(item)] if isinstance(value, list) else [value] * isinstance(value, str)


def _said(item: dict[str, Any]) -> str:
    """What a screen reader should hear of an event."""
    parts = item["parts"] or [item["message"], ["time"]]
    words = [part if isinstance(part, str) else part[1] if len(part) > 1 else "" for part in parts]
    return "".join(words) + (item["time_ago"] or "" if ["time"] in parts else "")
