"""Which URLs are let in, and what a campaign makes of them."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.render.links import campaign_link, is_web_url


@pytest.mark.parametrize(
    "url",
    [
        "http://usefomo.com",
        "https://shop.example/p/1?x=1#top",
        "HTTPS://Shop.Example:8443/a|b",
        "http://[::1]:8000/",
        "https://bücher.example/straße",
        "http://127.0.0.1:8000/demo/#mug",
        "https://a.example/" + "x" * 237,
    ],
)
def test_takes(url: str) -> None:
    assert is_web_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:x",
        "\x01https://a.example",
        " https://a.example",
        "https://a.example/a b",
        "https://a.example\\@evil.example",
        "http:\\\\evil.example",
        "http:evil.example",
        "//evil.example",
        "/relative",
        "data:text/html,x",
        "blob:https://a.example/x",
        "file:///etc/passwd",
        "ftp://a.example",
        "https://",
        "https:///path",
        "https://user:pass@a.example",
        "https://user@a.example",
        "https://a.example:99999",
        "https://a.example:x",
        'https://a.example/" onerror="x',
        "https://a.example/\u2028",
        "https://a.example/\u202emoc",
        "http://[::1",
        "https://a.example/" + "x" * 238,
    ],
)
def test_refuses(url: str) -> None:
    assert not is_web_url(url)


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("http://usefomo.com", "http://usefomo.com?utm_source=fomo&utm_medium=notification"),
        ("http://a.example/p?x=1", "http://a.example/p?x=1&utm_source=fomo&utm_medium=notification"),
        ("http://a.example/p#top", "http://a.example/p?utm_source=fomo&utm_medium=notification#top"),
        ("http://a.example/p?utm_source=x&a=%20#t", "http://a.example/p?a=%20&utm_source=fomo&utm_medium=notification#t"),
        ("http://a.example/?", "http://a.example/?utm_source=fomo&utm_medium=notification"),
        ("http://a.example/#a?b#c", "http://a.example/?utm_source=fomo&utm_medium=notification#a?b#c"),
    ],
)
def test_campaign(url: str, link: str) -> None:
    assert campaign_link(url, "fomo", "notification") == link


def test_an_empty_campaign_adds_nothing_and_odd_words_are_escaped() -> None:
    assert campaign_link("http://a.example/p?a=1", "", "") == "http://a.example/p?a=1"
    assert campaign_link("http://a.example", "a&b=c", "d e") == "http://a.example?utm_source=a%26b%3Dc&utm_medium=d+e"


@given(st.text(max_size=60), st.text(min_size=1, max_size=20))
def test_any_link_keeps_what_was_there_and_names_the_campaign_once(rest: str, source: str) -> None:
    url = f"https://a.example/{rest}"
    if not is_web_url(url):
        return
    link = campaign_link(url, source, "m")
    assert is_web_url(link) or len(link) > 255
    pairs = parse_qsl(urlsplit(link).query, keep_blank_values=True)
    assert [value for name, value in pairs if name == "utm_medium"] == ["m"]
    assert urlsplit(link).fragment == urlsplit(url).fragment
    assert urlsplit(link).path == urlsplit(url).path
