"""Content security policies, by the rules of CSP level 3; a browser is asked the same in test_dashboard_install.py."""

from __future__ import annotations

import pytest

from tidings.domain.content_policy import Tag, from_header, from_meta, lets_in, lets_script_in, wanted

PAGE = "https://shop.example/"
URL = "https://t.example/api/v1/CID/load.js"
INTEGRITY = "sha384-AAAA"


@pytest.mark.parametrize(
    ("policy", "lets"),
    [
        ("img-src 'none'", True),
        ("default-src *", True),
        ("default-src 'none'", False),
        ("default-src 'self'", False),
        ("default-src", False),
        ("default-src 'none'; script-src https://t.example", True),
        ("script-src https://t.example; script-src-elem 'self'", False),
        ("script-src 'self'; script-src-elem t.example", True),
        ("script-src 'self'; script-src https://t.example", False),  # the first of a name counts
        ("SCRIPT-SRC HTTPS://T.EXAMPLE", True),
        ("script-src 'none' https://t.example", True),
        ("script-src https:", True),
        ("script-src http:", True),  # the safer one is let in too
        ("script-src data: blob:", False),
        ("script-src http://t.example", True),
        ("script-src wss://t.example", False),
        ("script-src *.example", True),
        ("script-src *.t.example", False),
        ("script-src https://*", True),
        ("script-src https://*:443", True),
        ("script-src t.example:443", True),
        ("script-src t.example:80", True),
        ("script-src t.example:8443", False),
        ("script-src t.example:*", True),
        ("script-src t.example/", True),
        ("script-src t.example/api/", True),
        ("script-src t.example/api", False),
        ("script-src t.example/api/v1/CID/load.js", True),
        ("script-src t.example/api/v1/cid/load.js", False),
        ("script-src t.example/%61pi/", True),
        ("script-src t.example/api/v1/CID/load.js?x", True),
        ("script-src t.example.evil", False),
        ("script-src 'unsafe-inline' 'unsafe-eval'", False),
        ("script-src 'strict-dynamic' https://t.example", False),
        ("script-src 'nonce-abc'", False),
        ("sandbox", False),
        ("sandbox allow-scripts", True),
        ("upgrade-insecure-requests", True),
        ("script-src https://t.example, script-src 'self'", False),
        ("script-src https://t.example, img-src 'self'", True),
        ("", True),
        (";;,,; ;", True),
    ],
)
def test_whether_the_tag_is_let_in(policy: str, lets: bool) -> None:
    assert all(lets_script_in(one, Tag(URL), PAGE) for one in from_header(policy)) is lets


@pytest.mark.parametrize(
    ("policy", "tag", "lets"),
    [
        ("script-src 'nonce-abc'", Tag(URL, nonce="abc"), True),
        ("script-src 'NONCE-abc'", Tag(URL, nonce="abc"), True),
        ("script-src 'nonce-abc'", Tag(URL, nonce="ABC"), False),
        ("script-src 'nonce-'", Tag(URL), False),
        ("default-src 'nonce-abc' 'strict-dynamic'", Tag(URL, nonce="abc"), True),
        (f"script-src '{INTEGRITY}'", Tag(URL, integrity=INTEGRITY), True),
        (f"script-src 'strict-dynamic' '{INTEGRITY}'", Tag(URL, integrity=INTEGRITY), True),
        (f"script-src '{INTEGRITY}'", Tag(URL, integrity=f"{INTEGRITY} sha384-BBBB"), False),
        (f"script-src '{INTEGRITY}'", Tag(URL), False),
        ("script-src 'sha384-BBBB'", Tag(URL, integrity=INTEGRITY), False),
    ],
)
def test_nonces_and_hashes(policy: str, tag: Tag, lets: bool) -> None:
    assert all(lets_script_in(one, tag, PAGE) for one in from_header(policy)) is lets


@pytest.mark.parametrize(
    ("page", "url", "policy", "lets"),
    [
        ("https://shop.example/", "https://shop.example/load.js", "'self'", True),
        ("http://shop.example/", "https://shop.example/load.js", "'self'", True),
        ("https://shop.example/", "http://shop.example/load.js", "'self'", False),
        ("https://shop.example/", "https://shop.example:8443/load.js", "'self'", False),
        ("https://shop.example/", "https://www.shop.example/load.js", "'self'", False),
        ("http://shop.example:8000/", "http://shop.example:8000/load.js", "'self'", True),
        ("http://shop.example/", "http://t.example/load.js", "t.example", True),
        ("http://shop.example/", "https://t.example/load.js", "t.example", True),
        ("https://shop.example/", "http://t.example/load.js", "t.example", False),
        ("https://shop.example/", "http://t.example/load.js", "*", True),
        ("https://shop.example/", "http://127.0.0.1:8000/load.js", "http://127.0.0.1:8000", True),
        ("https://shop.example/", "http://127.0.0.1:8000/load.js", "http://127.0.0.1", False),
    ],
)
def test_the_page_decides_what_self_and_no_scheme_mean(page: str, url: str, policy: str, lets: bool) -> None:
    [one] = from_header(f"script-src {policy}")
    assert lets_script_in(one, Tag(url), page) is lets


def test_connections_and_pictures_have_directives_of_their_own() -> None:
    [one] = from_header("default-src 'self'; connect-src https://t.example; img-src *")
    assert lets_in(one, "connect", URL, PAGE)
    assert lets_in(one, "image", "https://cdn.example/a.png", PAGE)
    [one] = from_header("default-src 'self'")
    assert not lets_in(one, "connect", URL, PAGE)
    [one] = from_header("script-src 'none'")
    assert lets_in(one, "connect", URL, PAGE)


def test_what_to_add_widens_nothing_else() -> None:
    [one] = from_header("default-src 'self' https://cdn.example")
    assert wanted(one, "script", "https://t.example")[1] == "script-src 'self' https://cdn.example https://t.example;"
    assert wanted(one, "connect", "https://t.example")[1].startswith("connect-src 'self' ")
    [one] = from_header("default-src 'none'")
    assert wanted(one, "script", "https://t.example")[1] == "script-src https://t.example;"
    [one] = from_header("default-src 'none'; script-src 'self'")
    assert wanted(one, "script", "https://t.example") == ("Add this to script-src:", "https://t.example")


def test_what_is_added_lets_it_in() -> None:
    for policy in ("default-src 'none'", "default-src 'self'", "script-src 'self'", "script-src-elem 'none'"):
        [one] = from_header(policy)
        words = wanted(one, "script", "https://t.example")[1]
        directive = one.deciding("script")
        mended = f"{policy}; {words}" if directive == "default-src" else policy.replace(directive, f"{directive} {words}")
        assert all(lets_script_in(now, Tag(URL), PAGE) for now in from_header(mended)), mended


def test_a_policy_in_the_page_can_not_say_all() -> None:
    assert from_meta("sandbox; frame-ancestors 'none'; report-uri /x", 3) == []
    [one] = from_meta("sandbox; script-src 'self'", 3)
    assert (one.line, set(one.directives)) == (3, {"script-src"})


def test_a_policy_without_an_end_is_read_in_time() -> None:
    assert len(from_header("a b," * 100_000)) <= 32
    [one] = from_header("script-src " + "https://a.example/" * 100_000)
    assert not lets_script_in(one, Tag(URL), PAGE)
