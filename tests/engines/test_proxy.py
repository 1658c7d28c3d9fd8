"""What stands between WebKitGTK and the network does to a page what it says, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.engines.init_scripts import NONCE, as_ascii, into_page, with_nonce
from tests.engines.proxy import Proxy, Request, glob_expression, serve_proxy
from tests.host_pages import HostPages


@pytest.mark.parametrize(
    ("pattern", "address", "found"),
    [
        ("**/load.js", "http://127.0.0.1:8000/api/v1/x/load.js", True),
        ("**/load.js", "http://127.0.0.1:8000/api/v1/x/load.json", False),
        ("**/load.js*", "http://127.0.0.1:8000/api/v1/x/load.js?v=1", True),
        ("https://images.example/*", "https://images.example/1.svg", True),
        ("https://images.example/*", "https://images.example/a/1.svg", False),
        ("**/images.example/*", "https://images.example/1.svg", True),
        ("**/js-obj/**", "http://127.0.0.1:8000/js-obj/x/30/40.json", True),
        ("**/a.b", "http://127.0.0.1:8000/aXb", False),
    ],
)
def test_globs(pattern: str, address: str, found: bool) -> None:
    assert bool(re.fullmatch(glob_expression(pattern), address)) is found


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("script-src http://w", f"script-src http://w 'nonce-{NONCE}'"),
        ("default-src 'none'; style-src 'none'", f"default-src 'none'; style-src 'none'; script-src 'nonce-{NONCE}'"),
        ("default-src http://w", f"default-src http://w; script-src http://w 'nonce-{NONCE}'"),
        ("script-src 'unsafe-inline' http://w", "script-src 'unsafe-inline' http://w"),
        ("img-src 'none'", "img-src 'none'"),
        ("script-src a; script-src-elem b", f"script-src a; script-src-elem b 'nonce-{NONCE}'"),
    ],
)
def test_a_policy_lets_our_script_in_and_stays_as_it_was(policy: str, expected: str) -> None:
    assert with_nonce(policy) == expected


@pytest.mark.parametrize(
    ("page", "begins"),
    [
        (b"<!doctype html><html><head lang=en><title>x", b"<!doctype html><html><head lang=en><script"),
        (b"<!doctype html><title>x", b"<!doctype html><script"),
        (b"<title>x", b"<script"),
    ],
)
def test_the_script_comes_first_and_keeps_the_mode_of_the_page(page: bytes, begins: bytes) -> None:
    kind = [("Content-Type", "text/html; charset=utf-8")]
    status, headers, body = into_page("a = '\u00eb</script>'", 200, kind, page)
    assert (status, headers) == (200, kind)
    assert body.startswith(begins)
    assert body.endswith(b"<title>x")
    assert body.count(b"</script>") == 1
    assert body.isascii()


def test_what_is_no_page_stays_as_it_is() -> None:
    answer = (200, [("Content-Type", "text/javascript")], b"<head>")
    assert into_page("a", *answer) == answer


def test_a_script_beyond_ascii() -> None:
    assert as_ascii("'\U0001f600'") == "'\\ud83d\\ude00'"


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    started = serve_proxy()
    yield started
    started.close()


def test_it_tells_passes_on_answers_and_cuts(proxy: Proxy, host_page: HostPages) -> None:
    told: list[tuple[str, str]] = []
    proxy.tell = lambda event, request: told.append((event, request.url))
    url = host_page("<title>x</title>")

    def ask(address: str) -> Any:
        return proxy.answer(Request("GET", address, {"sec-fetch-dest": "document", "connection": "keep-alive"}, b""))

    status, _, body = ask(url)
    assert (status, body) == (200, b"<title>x</title>")
    assert told == [("request", url)]
    proxy.route("**/page-1.html", lambda route: route.fulfill(status=418, body="no"))
    assert ask(url)[::2] == (418, b"no")
    proxy.route("**/page-1.html", lambda route: route.abort())
    assert ask(url) is None
    proxy.unroute("**/page-1.html")
    assert ask(url)[0] == 200
    assert ask("https://elsewhere.example/") is None, "nothing leaves the machine"
    proxy.route("**/page-1.html", lambda route: 1 / 0)
    assert ask(url) is None
    assert isinstance(proxy.failures[0], ZeroDivisionError), "for the page to raise in the test"
