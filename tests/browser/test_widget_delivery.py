"""How the script reaches the page: its weight, the browser's cache, pages that pin its hash; the real server's own bytes."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import brotli
import pytest
import zstandard
from tests.browser.page_clock import stop
from tests.browser.visits import RECORDER, THEMES, Visit, theme_names
from tests.host_pages import HostPages
from tests.live import LiveApp

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response, Route

pytestmark = pytest.mark.browser
LOAD_JS_LIMIT = 7168
# The card's own delay, and the rules that a shop of some size has.
SETTINGS = {"page_load": 0, "page_rules": [{"match": "exclude", "path": f"/checkout/{step}*"} for step in range(5)]}
DECODE: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body, max_output_size=1 << 20),
    "gzip": gzip.decompress,
    "": bytes,
}
ANSWERED = "performance.getEntriesByType('resource').filter(({name}) => name.startsWith('%s')).map((entry) => entry.%s)"


def open_page(page: Page, url: str) -> Visit:
    """Go to a page of another site."""
    visit = Visit(page, url)
    page.on("request", lambda request: visit.requests.append(request.url))
    page.on("console", lambda message: visit.console.append(f"{message.type}: {message.text}"))
    page.goto(url)
    return visit


def shop(tag: str) -> str:
    return f"<!doctype html><html lang=en><meta charset=utf-8><title>A shop</title>{tag}<h1>A shop</h1>"


@pytest.mark.criterion(2)
@pytest.mark.parametrize("theme", theme_names())
def test_the_script_of_an_application_is_small(live_app: LiveApp, host_page: HostPages, page: Page, theme: str) -> None:
    """As Chromium asks for it: brotli, 7,168 bytes at most, and the smaller the better; with any theme of ours."""
    assert live_app.request("PATCH", "", {"theme": theme, **SETTINGS}).status == 200
    live_app.post_event(title="Ink")
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    v = open_page(page, host_page(shop(f'<script async src="{live_app.load_js}"></script>')))
    v.see()
    (script,) = (answer for answer in answers if answer.url == live_app.load_js)
    assert script.all_headers()["content-encoding"] == "br"
    assert script.request.sizes()["responseBodySize"] <= LOAD_JS_LIMIT
    assert (THEMES / theme / "theme.css").exists()


@pytest.mark.criterion(8)
def test_a_second_page_view_transfers_nothing(
    live_app: LiveApp, host_page: HostPages, new_page: Callable[..., Page], page_errors: list[str]
) -> None:
    """load.js and the feed come from the browser's cache, on another page of the same site within 40 s."""
    assert live_app.request("PATCH", "", {"page_load": 0}).status == 200
    for number in range(2):
        live_app.post_event(title=f"Ink {number}")
    tag = f'<script async src="{live_app.load_js}"></script>'
    page = new_page()
    # Both views in one bucket of the feed; a fake clock would take the browser's own timings away.
    page.add_init_script(f"{RECORDER} Date.now = () => {int(time.time()) // 40 * 40_000 + 1000};")
    transferred = []
    for address in (host_page(shop(tag)), host_page(shop(tag))):
        v = open_page(page, address)
        v.see()
        transferred.append(v.js(ANSWERED % (live_app.base_url, "transferSize")))
    assert len(transferred[0]) == len(transferred[1]) == 2
    assert all(transferred[0])
    assert transferred[1] == [0, 0]
    assert not page_errors


def pinned(app: LiveApp) -> tuple[str, str]:
    """The tag of a page that pins the widget's hash, and the address of that file."""
    ((version, files),) = app.server.get("/widget/integrity.json").json().items()
    address = f"{app.base_url}/widget/{version}/fomo.js"
    tag = f'<script async src="{address}" integrity="{files["fomo.js"]}" crossorigin data-client-id="{app.client_id}">'
    return f"{tag}</script>", address


@pytest.mark.criterion(6)
def test_a_pinned_file_runs(live_app: LiveApp, host_page: HostPages, page: Page, page_errors: list[str]) -> None:
    """By the hash that the server tells; then the settings, which a hash can not hold, then the feed: nothing else."""
    assert live_app.request("PATCH", "", {"page_load": 0}).status == 200
    live_app.post_event(title="Ink")
    tag, address = pinned(live_app)
    v = open_page(page, host_page(shop(tag)))
    v.see()
    assert address in v.requests
    assert [path.rpartition("/")[2].split(".")[1] for path in v.widget_requests] == ["js", "json", "json"]
    assert v.js("[fomo.clientHash, fomo.settings.pageLoad]") == [live_app.client_id, 0]
    assert address.split("/")[-2] == v.js("fomo.version")
    assert not page_errors


@pytest.mark.criterion(6)
def test_a_pinned_file_with_one_other_byte_does_not_run(
    live_app: LiveApp, host_page: HostPages, page: Page, page_errors: list[str]
) -> None:
    """The browser refuses it; the page goes on, its stub queue too; nothing more is asked for."""
    tag, address = pinned(live_app)
    stub = "<script>window.fomo = window.fomo || {q: []}; fomo.q.push(['trigger', 'start']);</script>"

    def one_byte(route: Route) -> None:
        answer = route.fetch()
        code = answer.body()
        route.fulfill(response=answer, body=code[:-1] + b" ")

    page.route(address, one_byte)
    v = open_page(page, host_page(shop(stub + tag)))
    v.quiet(0.3)
    assert v.js("[Array.isArray(fomo.q), fomo.q.length, fomo.version]") == [True, 1, None]
    assert len(v.widget_requests) == 1
    assert v.page.locator("#someone-purchased").count() == 0
    assert [line for line in v.console if "integrity" in line], "the browser's own report"
    assert not page_errors


def test_a_policy_that_leaves_the_script_out(
    live_app: LiveApp, host_page: HostPages, page: Page, page_errors: list[str]
) -> None:
    """Nothing happens but the browser's own report; the page's stub queue goes on taking calls."""
    tag = f'<script async src="{live_app.load_js}"></script>'
    page.add_init_script(RECORDER + "window.fomo = window.fomo || {q: []};")
    v = open_page(page, host_page(shop(tag), {"Content-Security-Policy": "script-src 'none'"}))
    v.quiet(0.3)
    assert v.js("[fomo.q.push(['trigger', 'start']), violations.length]") == [1, 1]
    assert v.js("fomo.version") is None
    assert v.page.locator("#someone-purchased").count() == 0
    assert not page_errors


SETTINGS_FAULTS: list[tuple[str, dict[str, Any] | None]] = [
    ("500", {"status": 500, "body": "no"}),
    ("404", {"status": 404, "body": "{}"}),
    ("HTML", {"body": "<!doctype html><p>Down for repair", "content_type": "text/html"}),
    ("truncated", {"body": '{"clientHash": "x", "ena'}),
    ("null", {"body": "null"}),
    ("refused", None),
]


@pytest.mark.criterion(13)
@pytest.mark.parametrize(("fault", "answer"), SETTINGS_FAULTS, ids=[name for name, _ in SETTINGS_FAULTS])
def test_a_pinned_file_without_its_settings_is_silent(
    live_app: LiveApp,
    host_page: HostPages,
    page: Page,
    page_errors: list[str],
    fault: str,
    answer: dict[str, Any] | None,
) -> None:
    """No card, no error, at most one warning of ours; calls do not throw."""
    live_app.post_event(title="Ink")
    asked: list[str] = []

    def settings(route: Route) -> None:
        asked.append(route.request.url)
        if answer is None:
            route.abort("connectionrefused")
        else:
            route.fulfill(**{"headers": {"Access-Control-Allow-Origin": "*"}, **answer})

    page.route("**/settings.json", settings)
    v = open_page(page, host_page(shop(pinned(live_app)[0])))
    page.wait_for_function("window.fomo && fomo.version")
    v.quiet(0.5)
    assert 1 <= len(asked) <= 2
    assert v.page.locator(".fomo-notification").count() == 0
    assert v.js("[fomo.trigger('start'), fomo.isFomoEnabled(), fomo.whyDisabled()].length") == 3
    v.quiet(0.2)
    assert v.page.locator(".fomo-notification").count() == 0
    assert len([line for line in v.console if "fomo:" in line]) <= 1
    assert not page_errors


@pytest.mark.criterion(13)
@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 404}, {"body": "<p>no"}, {"body": '[{"id": 1, "mess'}, None])
def test_a_pinned_file_with_a_broken_feed(
    live_app: LiveApp, host_page: HostPages, page: Page, page_errors: list[str], fault: dict[str, Any] | None
) -> None:
    """As with load.js: no card, no error, one more try after a pause; None is a feed that never answers."""
    asked: list[str] = []

    def feed(route: Route) -> None:
        asked.append(route.request.url)
        if fault:
            route.fulfill(**{"headers": {"Access-Control-Allow-Origin": "*"}, "body": "", **fault})

    assert live_app.request("PATCH", "", {"page_load": 0}).status == 200
    stop(page)
    page.route("**/js-obj/**", feed)
    v = open_page(page, host_page(shop(pinned(live_app)[0])))
    v.run(4)
    assert len(asked) == 1, "the second try comes after a pause"
    v.run(30, step=3)
    assert len(asked) == 2
    assert v.page.locator(".fomo-notification").count() == 0
    assert v.js("fomo.whyDisabled()") == "no_feed"
    assert len([line for line in v.console if "fomo:" in line]) <= 1
    assert not page_errors


@pytest.mark.criterion(9, 10)
def test_each_file_of_the_widget_in_each_encoding(live_app: LiveApp) -> None:
    """The same bytes decoded, `Vary` set, one ETag an encoding; a browser that has them gets 304 and no body."""
    ((version, files),) = live_app.server.get("/widget/integrity.json").json().items()
    assert "fomo.js" in files
    assert json.loads((THEMES.parent / "widget" / "dist" / "manifest.json").read_text())["files"] == files
    for name in files:
        path = f"/widget/{version}/{name}"
        plain = live_app.server.get(path).body
        tags = set()
        for encoding in ("br", "zstd", "gzip", ""):
            answer = live_app.server.get(path, {"Accept-Encoding": encoding})
            assert answer.status == 200
            assert answer.headers.get("content-encoding", "") == encoding
            assert answer.headers["vary"] == "Accept-Encoding"
            assert (answer.body == plain) == (not encoding)
            assert DECODE[encoding](answer.body) == plain
            tags.add(answer.headers["etag"])
            again = live_app.server.get(path, {"Accept-Encoding": encoding, "If-None-Match": answer.headers["etag"]})
            assert (again.status, again.body) == (304, b"")
        assert len(tags) == 4
