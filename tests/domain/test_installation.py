"""Is it installed? A table of pages, and of answers that are none, with what has to be said of each."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest

from tidings.domain.content_policy import MOST_POLICIES
from tidings.domain.installation import MOST_FINDINGS, judge
from tidings.domain.page_source import read_source
from tidings.outbound.page_fetch import PAGE_BYTES, NoPage, Page
from tidings.records.installation import Finding, Report, Wanted

WANTED = Wanted("CID", "https://t.example", True, {"OTHER": "Shop 2"}, ("https://cdn.example/a.png",))
SHOP = "https://shop.example/"
TAG = '<script src="https://t.example/api/v1/CID/load.js" async></script>'
TEXT = "<p>" + "Words that visitors read. " * 20
SELF = {"content-security-policy": "default-src 'self'"}


def look(
    html: str, headers: Mapping[str, str] = {}, *, url: str = SHOP, status: int = 200, wanted: Wanted = WANTED
) -> Report:
    answer = {"content-type": "text/html; charset=utf-8", **headers}
    return judge(Page(url, status, answer, html, cut=False), SHOP, wanted)


def told(report: Report) -> dict[str, Finding]:
    return {finding.code: finding for finding in report.findings}


@pytest.mark.parametrize(
    ("html", "verdict", "codes"),
    [
        (f"<head>{TAG}", "installed", {"installed"}),
        (f"<body>{TEXT}{TAG}", "installed", {"installed"}),
        (TAG.replace("<script", "<SCRIPT").replace("src=", "SRC = "), "installed", {"installed"}),
        (TAG.replace('"', ""), "installed", {"installed"}),
        (TAG.replace("/CID/", "/CID&sol;"), "installed", {"installed"}),
        (TAG.replace("load.js", "load.js?shop=1#x"), "installed", {"installed"}),
        (TAG.replace("https:", ""), "installed", {"installed"}),
        (
            f'<base href="https://t.example/api/v1/CID/">{TAG.replace("https://t.example/api/v1/CID/", "")}',
            "installed",
            {"installed"},
        ),
        (TAG.replace(" async", " defer"), "installed", {"installed"}),
        (TAG.replace(" async", ""), "installed", {"installed", "not_async"}),
        (TAG.replace("src", 'type="module" src').replace(" async", ""), "installed", {"installed"}),
        (TAG + TAG, "installed", {"installed", "twice"}),
        (TAG.replace("<script", '<script data-consent="required"'), "installed", {"installed", "consent"}),
        (TAG.replace("t.example", "old.example"), "installed", {"installed", "other_server"}),
        (f"<select>{TAG}</select>", "installed", {"installed"}),
        (f"<table><tr>{TAG}", "installed", {"installed"}),
        (f"<head><noscript><img src=x></noscript>{TAG}", "installed", {"installed"}),
        ('<meta name="fomo:enabled" content="FALSE">' + TAG, "installed", {"installed", "meta_off"}),
        ('<meta http-equiv="refresh" content="0; url=/shop">' + TAG, "installed", {"installed", "refresh"}),
        (TAG.replace("/CID/", "/OTHER/"), "wrong", {"other_application"}),
        (TAG.replace("/CID/", "/YOUR_CLIENT_ID/"), "wrong", {"unknown_client"}),
        (TAG.replace("t.example", "load.fomo.com").replace("CID", "abc"), "wrong", {"fomo_itself"}),
        (TAG + TAG.replace("/CID/", "/OTHER/"), "installed", {"installed", "other_application"}),
        (f"<noscript>{TAG}</noscript>", "wrong", {"in_noscript"}),
        (f"<template>{TAG}</template>", "wrong", {"in_template"}),
        (TAG.replace("https://t", "http://t"), "blocked", {"mixed_content"}),
        (TAG.replace("<script", '<script type="text/plain"'), "unclear", {"held"}),
        (TAG.replace("<script", "<script nomodule"), "unclear", {"held"}),
        (TAG.replace(" src=", " data-rocket-src="), "unclear", {"held"}),
        (TEXT, "missing", {"missing"}),
        (f"{TEXT}<!-- {TAG} -->", "missing", {"missing", "in_comment"}),
        (f"{TEXT}<textarea>{TAG}</textarea>", "unclear", {"not_in_html", "mentioned"}),
        (f"{TEXT}{TAG.replace('<', '&lt;')}", "missing", {"missing", "escaped"}),
        (f"{TEXT}<script>load('https://t.example/api/v1/CID/load.js')</script>", "unclear", {"not_in_html", "mentioned"}),
        (f"{TEXT}<iframe srcdoc='{TAG}'></iframe>", "unclear", {"not_in_html", "mentioned"}),
        (
            f"{TEXT}<script async src=https://www.googletagmanager.com/gtm.js?id=GTM-AB12CD></script>",
            "unclear",
            {"not_in_html", "tag_manager"},
        ),
        ("<div id=root></div><script src=/app.js></script>", "unclear", {"not_in_html", "shell"}),
        (f"<div id=root>{TEXT}</div>", "missing", {"missing"}),
        ("<form><input type=password></form>", "missing", {"missing", "password_field"}),
        ("<plaintext>" + TAG, "unclear", {"not_in_html", "mentioned"}),
        ("just text", "missing", {"missing"}),
    ],
)
def test_what_is_said_of_a_page(html: str, verdict: str, codes: set[str]) -> None:
    report = look(html)
    assert report.verdict == verdict
    assert set(told(report)) == codes
    assert all(finding.said.endswith((".", ":")) for finding in report.findings)
    assert report.verdict == "installed" or any(finding.todo for finding in report.findings), "what to do next"


@pytest.mark.parametrize(
    ("headers", "html", "verdict", "words"),
    [
        (SELF, TAG, "blocked", "script-src 'self' https://t.example;"),
        ({"content-security-policy": "script-src 'self'"}, TAG, "blocked", "https://t.example"),
        ({"content-security-policy": "script-src-elem 'self'; script-src *"}, TAG, "blocked", "https://t.example"),
        (
            {"content-security-policy": "script-src 'nonce-a' 'strict-dynamic'"},
            TAG,
            "blocked",
            '<script nonce="THE PAGE\'S NONCE"',
        ),
        ({"content-security-policy": "script-src 'sha256-aaaa' 'strict-dynamic'"}, TAG, "blocked", "document.createElement"),
        ({"content-security-policy": "sandbox"}, TAG, "blocked", "allow-scripts"),
        (
            {},
            f"<head><meta http-equiv=content-security-policy content=\"script-src 'self'\">{TAG}",
            "blocked",
            "https://t.example",
        ),
    ],
)
def test_a_policy_that_blocks_is_named_with_the_words_to_add(
    headers: dict[str, str], html: str, verdict: str, words: str
) -> None:
    report = look(html, headers)
    assert report.verdict == verdict
    assert words in told(report)["policy"].words


@pytest.mark.parametrize(
    ("headers", "html"),
    [
        ({"content-security-policy": "script-src 'nonce-a' 'strict-dynamic'"}, TAG.replace("<script", "<script nonce=a")),
        ({"content-security-policy": "default-src *"}, TAG),
        ({}, f"<head>{TAG}<meta http-equiv=content-security-policy content=\"script-src 'self'\">"),  # too late
        ({}, f"<body><meta http-equiv=content-security-policy content=\"script-src 'self'\">{TAG}"),  # not in the head
    ],
)
def test_a_policy_that_does_not_block_is_not_blamed(headers: dict[str, str], html: str) -> None:
    assert look(html, headers).verdict == "installed"


def test_every_policy_that_blocks_is_told() -> None:
    report = look(TAG, {"content-security-policy": "script-src 'self', default-src 'none'"})
    assert [finding.code for finding in report.findings] == ["policy", "policy"]


def test_a_policy_that_only_reports_blocks_nothing() -> None:
    report = look(TAG, {"content-security-policy-report-only": "script-src 'self'"})
    assert report.verdict == "installed"
    finding = told(report)["policy_reports"]
    assert "Nothing is blocked yet" in finding.said
    assert "Content-Security-Policy-Report-Only header" in finding.said


def test_what_else_a_policy_keeps_away() -> None:
    report = look(TAG, {"content-security-policy": "script-src https://t.example; connect-src 'self'; img-src 'self'"})
    assert report.verdict == "installed"
    assert told(report)["policy_connect"].words == "https://t.example"
    assert told(report)["policy_pictures"].words == "https://cdn.example"


def test_integrity_needs_crossorigin_on_another_host() -> None:
    pinned = (
        '<script async src="https://t.example/widget/1.0/fomo.js" integrity="sha384-AAAA" data-client-id="CID"></script>'
    )
    assert told(look(pinned))["no_crossorigin"].words.startswith("<script crossorigin ")
    assert look(pinned).verdict == "blocked"
    assert look(pinned.replace("async", "async crossorigin")).verdict == "installed"
    assert look(pinned.replace(' integrity="sha384-AAAA"', "")).verdict == "installed"
    assert look(pinned.replace(' data-client-id="CID"', "")).verdict == "missing"


def test_a_server_without_https_is_named_on_a_page_with_it() -> None:
    http = Wanted("CID", "http://t.example")
    assert "http_server" in told(look(TEXT, wanted=http))
    local = Wanted("CID", "http://127.0.0.1:8000")
    report = look('<script src="http://127.0.0.1:8000/api/v1/CID/load.js" async></script>', wanted=local)
    assert report.verdict == "installed"
    upgraded = look(TAG.replace("https:", "http:"), {"content-security-policy": "upgrade-insecure-requests"})
    assert "mixed_content" not in told(upgraded)


def test_an_application_that_is_off_says_so() -> None:
    assert "off" in told(look(TAG, wanted=Wanted("CID", "https://t.example", enabled=False)))


def test_lines_are_those_of_the_source() -> None:
    html = f"<!doctype html>\r\n<head>\r\n<script src=a></script>\r\n{TAG.replace(' src', chr(13) + chr(10) + ' src')}"
    finding = told(look(html))["installed"]
    assert finding.line == 4
    assert "on line 4" in finding.said
    assert finding.shown == '<script src="https://t.example/api/v1/CID/load.js" async></script>'


@pytest.mark.parametrize(
    ("status", "headers", "html", "code"),
    [
        (401, {}, "", "password"),
        (403, {}, TEXT, "refused"),
        (403, {"cf-mitigated": "challenge"}, "", "wall"),
        (503, {}, "<title>Just a moment...</title>", "wall"),
        (202, {"x-amzn-waf-action": "challenge"}, "", "wall"),
        (200, {}, "<title>Attention Required!</title><script src=/cdn-cgi/challenge-platform/x.js></script>", "wall"),
        (404, {}, TEXT, "not_found"),
        (410, {}, TEXT, "not_found"),
        (429, {}, "", "slower"),
        (500, {}, TEXT, "site_fault"),
        (304, {}, "", "odd_status"),
        (200, {"content-type": "application/json"}, "{}", "not_html"),
        (200, {"content-type": "text/plain"}, TAG, "not_html"),
        (200, {}, " \n ", "empty"),
    ],
)
def test_what_is_no_page_is_named(status: int, headers: dict[str, str], html: str, code: str) -> None:
    report = look(html, headers, status=status)
    assert report.verdict == "unreachable"
    assert report.findings[0].code == code
    assert report.findings[0].todo


def test_a_shop_behind_its_password_page() -> None:
    report = look("<input type=password>", url="https://shop.example/password")
    assert (report.verdict, report.findings[0].code) == ("unreachable", "password")


def test_a_page_about_walls_is_a_page() -> None:
    assert look(f"<title>Access denied: a history</title>{TEXT}{TAG}").verdict == "installed"


@pytest.mark.parametrize(
    "result",
    [
        *("refused_address", "unresolved", "not_connected", "tls_failed", "timed_out", "broken_off", "bad_answer"),
        *("too_many_redirects", "bad_redirect"),
    ],
)
def test_why_there_is_no_page_comes_with_what_to_do(result: str) -> None:
    report = judge(NoPage(SHOP, result, "It was so."), SHOP, WANTED)  # type: ignore[arg-type]
    assert report.verdict == "unreachable"
    [finding] = report.findings
    assert (finding.code, finding.said) == (result, "It was so.")
    assert finding.todo
    assert ("TIDINGS_OUTBOUND_ALLOWED_NETWORKS" in finding.todo) is (result == "refused_address")


def test_another_host_in_the_end_is_told() -> None:
    assert "www.shop.example" in told(look(TAG, url="https://www.shop.example/"))["other_host"].said


def test_a_cut_page_says_that_the_rest_was_not_seen() -> None:
    report = judge(Page(SHOP, 200, {"content-type": "text/html"}, TEXT, cut=True), SHOP, WANTED)
    assert "cut" in told(report)


def test_no_page_makes_ever_more_policies() -> None:
    meta = "<meta http-equiv=content-security-policy content=script-src>"
    assert len(read_source("<head>" + meta * 5_000, SHOP).policies) <= MOST_POLICIES


@pytest.mark.parametrize(
    "piece", [TAG.replace("/CID/", "/X/"), "<meta http-equiv=content-security-policy content=script-src>"]
)
def test_no_page_fills_the_answer(piece: str) -> None:
    report = look("<head>" + piece * 5_000 + TAG, {"content-security-policy": "script-src 'none'," * 5_000})
    assert len(report.findings) <= MOST_FINDINGS + 5


@pytest.mark.parametrize(
    "piece",
    [
        *["<div>", "<p>", "<a>", "<template>", "<noscript>"],
        "<b><i><u><p>",
        "<table><a>",
        "<svg>\n",
        "<script>\n",
        "<!--\n",
        "<script><!--",
        "<\n",
        "</\n",
        "&\n",
        "<![CDATA[\n",
        TAG,
        f"<!--{TAG}-->\n",
        "\n",
        "\r",
        "<meta http-equiv=content-security-policy content='script-src a, script-src b'>\n",
        "\udcff",
    ],
)
def test_no_page_takes_long_to_read(piece: str) -> None:
    started = time.process_time()
    look((piece * (PAGE_BYTES // len(piece) + 1))[:PAGE_BYTES])
    assert time.process_time() - started < 8


def test_neither_does_one_tag_with_ever_more_attributes() -> None:
    names = " ".join(f"a{number}" for number in range(250_000))
    started = time.process_time()
    source = read_source(f"<a {names}>{TAG}", SHOP)
    assert len(source.scripts) == 1
    assert time.process_time() - started < 8
