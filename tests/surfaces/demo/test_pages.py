"""The shop's page: what it lets in, what it shows to copy, and which of its files it hands out."""

import json
import re
import shlex
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient
from tests.surfaces.demo.conftest import StubApi

from tidings.assets import demo_site
from tidings.surfaces.demo.shop import load_stock


def test_the_page_lets_in_nothing_but_itself_and_the_widget(shop: TestClient, api: StubApi) -> None:
    page = shop.get("/demo/")
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert f"script-src 'self' {api.base_url}" in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cache-control"] == "no-store"
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page.text)
    addresses = re.findall(r'(?:src|href|action)="([^"]+)"', page.text)
    assert not [address for address in addresses if "//" in address and not address.startswith(api.base_url + "/")]


def test_the_curl_is_a_command_that_a_shell_reads(shop: TestClient, api: StubApi) -> None:
    command = _code(shop.get("/demo/").text, "curl")
    words = shlex.split(command.replace("\\\n", ""))
    assert words[0] == "curl"
    assert words[-1] == f"{api.base_url}/api/v1/applications/me/events"
    assert "Authorization: Token $(cat var/demo.token)" in words
    event = json.loads(words[words.index("-d") + 1])
    assert event["event_type_id"] == 1
    assert event["title"] == "Garden twine"


def test_the_snippet_is_the_one_of_this_application(shop: TestClient, api: StubApi) -> None:
    snippet = f'<script src="{api.base_url}/api/v1/36K9pUyuj8sukckFW66iCg/load.js" async></script>'
    page = shop.get("/demo/").text
    assert _code(page, "snippet") == snippet
    assert snippet in page, "the page runs what it shows"


def test_a_preview_is_what_its_widget_loads(shop: TestClient, api: StubApi) -> None:
    token = "aZ0_-" * 8
    load_js = f"{api.base_url}/api/v1/36K9pUyuj8sukckFW66iCg/load.js"
    page = shop.get(f"/demo/?preview={token}").text
    assert f'<script src="{load_js}?preview={token}" async></script>' in page
    assert "settings that are not saved" in page
    for no_token in ("", "short", token * 2, f'{token}"><script>', f"{token}%0A"):
        page = shop.get("/demo/", params={"preview": no_token}).text
        assert f'<script src="{load_js}" async></script>' in page
        assert "not saved" not in page


def test_without_scripts_buy_opens_the_form_in_the_page(shop: TestClient) -> None:
    page = shop.get("/demo/?buy=clay-pots").text
    assert '<dialog id="order" aria-labelledby="order-title" open>' in page
    assert 'name="product" value="clay-pots"' in page
    assert " open>" not in shop.get("/demo/?buy=moon").text.split("<details")[0]


def test_every_form_has_an_order_number_of_its_own(shop: TestClient) -> None:
    numbers = [re.findall(r'name="order" value="(IO-\w{8})"', shop.get("/demo/").text)[0] for _ in range(3)]
    assert len(set(numbers)) == 3


def test_an_order_that_is_not_known_any_more_is_said(shop: TestClient) -> None:
    assert "no order of that number" in shop.get("/demo/?order=IO-7K2M9QPA").text
    assert "no order of that number" not in shop.get("/demo/?order=%3Cscript%3E").text


@pytest.mark.parametrize(
    "path", ["look.css", "shop.css", "shop.js", "copy.js", "way.js", "feed.js", "logo.svg", "products/clay-pots.svg"]
)
def test_what_the_page_asks_for_is_there(shop: TestClient, path: str) -> None:
    answer = shop.get(f"/demo/assets/{path}")
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    again = shop.get(f"/demo/assets/{path}", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        *("index.html", "macros.html", "products.toml", "arabic.toml", "pages/manual.html", "pages/pages.toml", "pages"),
        *("products", "", "../pyproject.toml", "..%2f..%2fpyproject.toml", "moon.svg"),
    ],
)
def test_nothing_else_is_handed_out(shop: TestClient, path: str) -> None:
    assert shop.get(f"/demo/assets/{path}").status_code == 404


def test_every_product_has_a_drawing_that_only_draws() -> None:
    for product in load_stock(demo_site()).products:
        drawing = ElementTree.parse(demo_site() / "products" / f"{product.id}.svg").getroot()
        assert drawing.get("viewBox") == "0 0 240 240"
        tags = {element.tag.rpartition("}")[2] for element in drawing.iter()}
        assert tags <= {"svg", "g", "defs", "path", "circle", "ellipse", "pattern", "clipPath"}
        assert not [name for element in drawing.iter() for name in element.attrib if name.endswith("href")]


def _code(page: str, name: str) -> str:
    """The lines of the block of that id, as the copy button takes them."""
    block = re.search(rf'<pre id="{name}">(.*?)</pre>', page, re.DOTALL)
    assert block, f"no block {name}"
    lines = re.findall(r"<code>(.*?)</code>", block[1])
    text = "\n".join(lines).replace("<wbr>", "")
    for entity, letter in (("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&#39;", "'"), ("&amp;", "&")):
        text = text.replace(entity, letter)
    return text
