"""What the pages load: kept for ever under names of their own, compressed beforehand; and a server without any of it."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import brotli
import pytest
from tests.conftest import Live
from tests.surfaces.dashboard.ground import PREFIX, Dashboard

from tidings import assets
from tidings.surfaces.dashboard import assets_route, templates
from tidings.surfaces.dashboard.assets_route import HOW_TO_BUILD, read_files

FOREVER = "public, max-age=31536000, immutable"
LIMIT = 150 * 1024
needs_the_build = pytest.mark.skipif(not (assets.dashboard() / "manifest.json").is_file(), reason="`make dashboard` first")


def names() -> dict[str, str]:
    found: dict[str, str] = json.loads((assets.dashboard() / "manifest.json").read_text())["files"]
    return found


@needs_the_build
def test_a_page_names_what_is_there(live: Live) -> None:
    page = live.server.get(f"{PREFIX}/log-in").text
    paths = re.findall(r'(?:href|src)="(/dashboard/assets/[^"#]+)"', page)
    assert len(paths) >= 4
    for path in paths:
        answer = live.server.get(path)
        assert answer.status == 200, path
        assert answer.headers["cache-control"] == FOREVER
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert re.search(r"-[0-9A-Za-z]{8}\.", path), "a name that changes with the bytes"


@needs_the_build
def test_texts_come_compressed_and_are_the_same(live: Live) -> None:
    path = f"{PREFIX}/assets/{names()['dashboard.css']}"
    plain = live.server.get(path).body
    brotlied = live.server.get(path, {"Accept-Encoding": "gzip, deflate, br, zstd"})
    assert brotlied.headers["content-encoding"] == "br"
    assert brotlied.headers["vary"] == "Accept-Encoding"
    assert brotli.decompress(brotlied.body) == plain
    gzipped = live.server.get(path, {"Accept-Encoding": "gzip"})
    assert gzip.decompress(gzipped.body) == plain
    for accept in ("zstd", "br;q=0", "nonsense"):
        assert "content-encoding" not in live.server.get(path, {"Accept-Encoding": accept}).headers
    assert live.server.request("HEAD", path).body == b""
    assert live.server.request("POST", path).status == 405


@needs_the_build
def test_a_font_is_as_it_is(live: Live) -> None:
    font = live.server.get(f"{PREFIX}/assets/{names()['figtree-latin-wght-normal.woff2']}", {"Accept-Encoding": "br"})
    assert font.headers["content-type"] == "font/woff2"
    assert "content-encoding" not in font.headers


@pytest.mark.parametrize("name", ["dashboard.css", "manifest.json", "..%2fmanifest.json", "x.js", "%00", "dashboard.css.br"])
def test_what_is_not_there_is_not_found(live: Live, name: str) -> None:
    answer = live.server.get(f"{PREFIX}/assets/{name}")
    assert answer.status == 404
    assert answer.headers.get("cache-control") == "no-store"


@needs_the_build
def test_all_that_is_sent_is_within_its_budget() -> None:
    found = read_files(assets.dashboard())
    assert sum(min(len(body) for body in variants.values()) for variants in found.variants.values()) <= LIMIT


@needs_the_build
def test_nothing_in_it_asks_another_host_or_needs_a_weaker_policy() -> None:
    found = read_files(assets.dashboard())
    for name, variants in found.variants.items():
        if name.endswith((".css", ".svg")):
            addresses = re.findall(r"url\(([^)]*)\)|@import", variants[b""].decode())
            assert all(re.match(r"[\"']?(\./|data:)", one) for one in addresses), name


def test_a_server_without_them_says_how_to_build_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    missing = read_files(tmp_path / "dist")
    assert missing.missing == HOW_TO_BUILD
    assert HOW_TO_BUILD in caplog.text
    monkeypatch.setattr(templates, "files", lambda: missing)
    monkeypatch.setattr(assets_route, "files", lambda: missing)
    templates.environment.cache_clear()
    try:
        page = templates.render("error.html", {"status": 404, "heading": "None", "sentence": "", "request_id": ""})
    finally:
        templates.environment.cache_clear()
    assert "run `make dashboard`" in page
    assert '<link rel="stylesheet" href="/dashboard/assets/dashboard.css">' in page


def test_a_damaged_manifest_is_as_none(tmp_path: Path) -> None:
    for text in ("", "[]", '{"files": {"dashboard.css": "gone.css"}}'):
        (tmp_path / "manifest.json").write_text(text)
        assert read_files(tmp_path).missing == HOW_TO_BUILD


@needs_the_build
def test_every_icon_that_a_page_draws_is_there(dashboard: Dashboard) -> None:
    sprite = (assets.dashboard() / names()["icons.svg"]).read_text()
    drawn = set()
    for path in ("", "/settings", "/install", "/events", "/design", "/members"):
        drawn |= set(re.findall(r"icons[^#\"]*\.svg#([a-z0-9-]+)", dashboard.as_role("owner").get(path).text))
    assert len(drawn) > 20
    assert [name for name in sorted(drawn) if f'id="{name}"' not in sprite] == []
