"""The demo's pages, one a behaviour: which there are, what they let in, and that what they show is what they run."""

import html
import json
import re
import shlex
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin

import pytest
from starlette.testclient import TestClient
from tests.surfaces.demo.conftest import StubApi

from tidings.assets import demo_site, themes
from tidings.domain.themes import read_themes
from tidings.surfaces.demo.behaviours import read_behaviours
from tidings.surfaces.demo.routes import demo_app
from tidings.surfaces.demo.shop import DemoShop

NAMES = [page.id for page in read_behaviours(demo_site())]
PATHS = [f"/demo/pages/{'spa/shelf' if name == 'spa' else name}" for name in NAMES]
FOLDERS = sorted(sheet.parent.name for sheet in themes().glob("*/theme.css"))


def code(page: str, name: str) -> str:
    """The text of the block of that id, as the copy button takes it."""
    block = re.search(rf'<pre id="{name}"[^>]*>(.*?)</pre>', page, re.DOTALL)
    assert block, f"no block {name}"
    return html.unescape("\n".join(re.findall(r"<code>(.*?)</code>", block[1])).replace("<wbr>", ""))


def command(text: str) -> list[str]:
    return shlex.split(text.replace("\\\n", ""))


@pytest.mark.parametrize("path", PATHS)
def test_each_page_keeps_to_itself(shop: TestClient, api: StubApi, path: str) -> None:
    page = shop.get(path)
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["cache-control"] == "no-store"
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page.text)
    assert page.text.count("<h1>") == 1
    for address in re.findall(r'(?:src|href|action)="([^"]+)"', page.text):
        assert "//" not in address or address.startswith(f"{api.base_url}/"), address
        if "/api/v1/" not in address and "orders" not in address:
            assert shop.get(urljoin(f"{api.base_url}{path}", address)).status_code in (200, 307), address


def test_every_page_and_the_shop_lead_to_every_page(shop: TestClient) -> None:
    for path in ("/demo/", *PATHS):
        contents = shop.get(path).text.split('<nav class="contents"')[1].split("</nav>")[0]
        assert [address.rpartition("/")[2] for address in re.findall(r'href="([^"]+)"', contents)] == NAMES
        here = re.findall(r'href="[^"]*?([\w-]+)" aria-current="page"', contents)
        assert here == ([] if path == "/demo/" else [path.split("/")[3]])


@pytest.mark.parametrize(
    "path",
    [
        *("/demo/pages/moon", "/demo/pages/top", "/demo/pages/specimen", "/demo/pages/manual.html", "/demo/pages/"),
        *("/demo/pages/spa/moon", "/demo/pages/spa/", "/demo/pages/manual/shelf"),
        *("/demo/pages/themes/moon", "/demo/pages/themes/moon.css", "/demo/pages/themes/..%2f..%2fpyproject.css"),
        *("/demo/pages/themes/%2e%2e", "/demo/pages/themes/theme1.toml", "/demo/pages/themes/theme1.css/theme.toml"),
    ],
)
def test_there_is_nothing_else(shop: TestClient, path: str) -> None:
    assert shop.get(path).status_code == 404


def test_short_addresses_lead_on(shop: TestClient) -> None:
    assert shop.get("/demo/pages").headers["location"] == "./#more"
    assert 'id="more"' in shop.get("/demo/").text
    assert shop.get("/demo/pages/spa").headers["location"] == "spa/shelf"


@pytest.mark.parametrize(
    ("name", "block", "file"),
    [
        ("automatic", "script", "automatic.js"),
        ("manual", "script", "manual.js"),
        ("feed", "script", "feed.js"),
        ("feed", "sheet", "feed.css"),
        ("strict-csp", "script", "strict-csp.js"),
        ("spa/desk", "script", "spa.js"),
        ("spa/desk", "views", "views.js"),
    ],
)
def test_what_is_shown_is_what_runs(shop: TestClient, name: str, block: str, file: str) -> None:
    page = shop.get(f"/demo/pages/{name}").text
    assert code(page, block) == (demo_site() / "pages" / file).read_text("utf-8").rstrip()
    assert f"assets/pages/{file}" in page


def test_the_strict_page_shows_the_policy_that_it_has(shop: TestClient, api: StubApi) -> None:
    page = shop.get("/demo/pages/strict-csp")
    policy = page.headers["content-security-policy"]
    assert code(page.text, "policy") == policy.replace("; ", ";\n") + ";"
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["style-src"] == rules["default-src"] == rules["trusted-types"] == "'none'"
    assert rules["script-src"] == rules["connect-src"] == api.base_url, "no 'self', no wildcard: the widget's origin alone"
    assert 'rel="stylesheet"' not in page.text


def test_the_gallery_has_every_theme_with_its_words(shop: TestClient, api: StubApi) -> None:
    page = shop.get("/demo/pages/themes").text
    assert re.findall(r'<li class="theme" id="(\w+)"', page)[:2] == ["theme1", "theme2"]
    for theme in read_themes(themes()).all():
        tile = page.split(f'<li class="theme" id="{theme.name}"')[1].split("</details>")[0]
        assert f">{html.escape(theme.title)}</h2>" in tile
        assert html.escape(theme.sentence, quote=False) in html.unescape(tile)
        assert set(re.findall(r"<dt><code>(--fomo-[a-z]+)</code></dt>", tile)) == set(theme.variables)
        assert re.findall(r'<iframe [^>]*src="themes/(\w+)\?scheme=(\w+)"', tile) == [
            (theme.name, "light"),
            (theme.name, "dark"),
        ]
        words = command(code(tile, f"curl-{theme.name}"))
        assert words[words.index("-X") + 1] == "PATCH"
        assert json.loads(words[words.index("-d") + 1]) == {"theme": theme.name}
        assert words[-1] == f"{api.base_url}/api/v1/applications/me"
    assert sorted(re.findall(r'<li class="theme" id="(\w+)"', page)) == FOLDERS


def test_only_the_gallery_frames_and_only_its_frames_are_framed(shop: TestClient) -> None:
    assert "frame-src 'self'" in shop.get("/demo/pages/themes").headers["content-security-policy"]
    assert "frame-src" not in shop.get("/demo/pages/feed").headers["content-security-policy"]
    specimen = shop.get("/demo/pages/themes/theme2?scheme=dark")
    assert "frame-ancestors 'self'" in specimen.headers["content-security-policy"]
    assert 'data-theme="theme2" data-css="theme2.css" data-scheme="dark"' in specimen.text
    assert 'data-scheme=""' in shop.get("/demo/pages/themes/theme2?scheme=<b>").text
    assert 'data-theme="theme1" data-css=""' in shop.get("/demo/pages/themes/theme1").text, "it is part of the widget"
    sheet = shop.get("/demo/pages/themes/theme2.css")
    assert sheet.headers["content-type"] == "text/css; charset=utf-8"
    assert sheet.text == read_themes(themes()).css("theme2")


def test_a_theme_of_somebody_s_own_is_in_the_gallery_too(demo: DemoShop, tmp_path: Path) -> None:
    (tmp_path / "aqua").mkdir()
    (tmp_path / "aqua" / "theme.css").write_text(".fomo-notification { color: var(--fomo-color, blue) }")
    facts = 'name = "Aqua"\nauthor = "A"\nsentence = "Wet."\npreview = "a.png"\n[variables]\n"--fomo-color" = "blue"\n'
    (tmp_path / "aqua" / "theme.toml").write_text(facts)
    with TestClient(demo_app(replace(demo, themes=read_themes(themes(), tmp_path)))) as client:
        tile = client.get("/pages/themes").text.split('<li class="theme" id="aqua"')[1]
        assert "Wet." in tile
        assert client.get("/pages/themes/aqua?scheme=light").status_code == 200
        assert "blue" in client.get("/pages/themes/aqua.css").text


def test_the_page_in_arabic_runs_the_branch(shop: TestClient, api: StubApi, demo: DemoShop) -> None:
    page = shop.get("/demo/pages/right-to-left").text
    assert '<html lang="ar" dir="rtl">' in page
    tag = f'<script src="{api.base_url}/api/v1/{demo.arabic.client_id}/load.js" async></script>'
    assert page.count(tag) == 1
    assert code(page, "tag") == tag
    assert demo.client_id not in page
    words = command(code(page, "curl"))
    event = json.loads(words[words.index("-d") + 1])
    assert event["event_type_id"] == demo.arabic.event_type_id
    assert event["title"] == "خيط الحديقة"
    assert "Authorization: Token $(cat var/demo-arabic.token)" in words


@pytest.mark.parametrize("view", ["shelf", "desk", "checkout"])
def test_each_view_of_the_single_page_has_its_own_address(shop: TestClient, view: str) -> None:
    page = shop.get(f"/demo/pages/spa/{view}").text
    shown = [name for name, hidden in re.findall(r'<article id="(\w+)"[^>]*?( hidden)?>', page) if not hidden]
    assert shown == [view]
