"""Page rules as the server reads them: the same cases as the widget's own tests, one table for both."""

import json
import time

import pytest
from tests.commands import ROOT

from tidings.errors import Invalid
from tidings.records.page_rule import PageRule
from tidings.render.page_rules import LIMIT, Address, address_of, decided

SITE = "https://shop.example"
CASES = json.loads((ROOT / "tests/cases/page_rules.json").read_text("utf-8"))


def include(path: str) -> PageRule:
    return PageRule("include", path)


def exclude(path: str) -> PageRule:
    return PageRule("exclude", path)


@pytest.mark.parametrize(("glob", "written", "expected"), CASES)
def test_a_rule_matches_where_the_widget_says_so(glob: str, written: str, expected: bool) -> None:
    address = address_of(written, SITE)
    assert decided([include(glob)], address).allowed is expected
    assert decided([exclude(glob)], address).allowed is not expected


def test_without_rules_it_shows_everywhere() -> None:
    assert decided([], address_of("/", SITE)) == (True, None)


def test_one_of_the_includes_is_enough_and_an_exclude_wins_whatever_their_order() -> None:
    rules = [exclude("/shop/private/*"), include("/shop/*"), include("/blog/*")]
    for order in (rules, rules[::-1]):
        assert decided(order, address_of("/blog/a", SITE)) == (True, include("/blog/*"))
        assert decided(order, address_of("/shop/mug", SITE)) == (True, include("/shop/*"))
        assert decided(order, address_of("/shop/private/mug", SITE)) == (False, exclude("/shop/private/*"))
        assert decided(order, address_of("/", SITE)) == (False, None)


def test_a_nasty_rule_on_a_long_address_costs_no_time() -> None:
    began = time.perf_counter()
    assert not decided([include(f"/{'*a' * 120}b")], Address(SITE, "/" + "a" * 8_000, "")).allowed
    assert time.perf_counter() - began < 0.05


@pytest.mark.parametrize(
    "written",
    ["", "shop.example/cart", "ftp://shop.example/", "javascript:alert(1)", "https://", "https:///x", "https://[::1/",
     "https://a.example:99999/", "https://" + "a" * LIMIT, "https://xn--\u00fc.example/", "data:text/html,x"],
)  # fmt: skip
def test_what_no_browser_opens_as_a_page_is_refused(written: str) -> None:
    with pytest.raises(Invalid) as refused:
        address_of(written, SITE)
    assert refused.value.field == "url"


def test_an_address_is_written_as_browsers_write_it() -> None:
    assert str(address_of(" https://Ada@Shop.example:443/a/../b c?d=\u00e9#top\n")) == "https://shop.example/b%20c?d=%C3%A9"
    assert str(address_of("http://[::1]:8000")) == "http://[::1]:8000/"
    assert str(address_of("/cart?x", "https://shop.example/en/")) == "https://shop.example/cart?x"
